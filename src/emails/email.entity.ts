import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Post } from '../posts/post.entity.js';
import { User } from '../users/user.entity.js';

export const EMAIL_KINDS = [
  'welcome',
  'verify',
  'invitation',
  'password-reset',
  'password-changed',
  'email-change',
  'email-change-notice',
  'email-changed',
  'role-changed',
  'new-sign-in',
  'refresh-reused',
  'account-locked',
  'account-deleted',
  'new-post',
] as const;

/** Which mail it is; each kind has a template. */
export type EmailKind = (typeof EMAIL_KINDS)[number];

export const EMAIL_STATES = ['pending', 'sending', 'sent', 'failed', 'cancelled'] as const;

export type EmailState = (typeof EMAIL_STATES)[number];

/** What some kinds of mail need to know besides their account. */
export interface EmailFacts {
  sessionId?: string;
  /** When the credentials had changed last as the mail was owed; a change since then voids its link. */
  credentialsChangedAt?: string;
}

/** How an attempt ended, or what else changed the state. */
export interface EmailAttempt {
  /** RFC 3339. */
  at: string;
  state: EmailState;
  answer: string;
}

/** A mail that is owed, or was: this row owns the debt, whatever becomes of jobs and processes. */
@Entity('emails')
@Index('emails_due', ['nextTryAt', 'id'], { where: "state IN ('pending', 'sending')" })
@Index('emails_created_at', ['createdAt', 'id'])
@Index('emails_failed', ['createdAt', 'id'], { where: "state = 'failed'" })
@Index('emails_to_key', ['toKey', 'createdAt'])
@Index('emails_user_id', ['userId'])
@Index('emails_post_recipient', ['postId', 'userId'], { unique: true, where: 'post_id IS NOT NULL' })
export class Email {
  /** The `Message-ID` is made of it, so that a mail sent twice is known as one. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  kind: EmailKind;

  @Column('uuid')
  userId: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn()
  user: User;

  /** The address of the account when the mail became due. */
  @Column('text')
  toAddress: string;

  /** The same in the form in which addresses are compared. */
  @Column('text')
  toKey: string;

  /** The post that it tells of. An account gets one mail for a post, however often that is published. */
  @Column('uuid', { nullable: true })
  postId: string | null;

  @ManyToOne(() => Post, { onDelete: 'CASCADE' })
  @JoinColumn()
  post: Post | null;

  /** What the letter needs to know besides its account: ids alone. */
  @Column('jsonb', { default: {} })
  facts: EmailFacts;

  @Column('text', { default: 'pending' })
  state: EmailState;

  /** Counts the attempts; also the fencing token of the one that runs. */
  @Column('int', { default: 0 })
  tries: number;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  nextTryAt: Date;

  /** Until then nobody else may try while the state is `sending`. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  leaseUntil: Date | null;

  /** What the mail server, or the attempt to reach it, said last. */
  @Column('text', { nullable: true })
  lastAnswer: string | null;

  /** How each attempt ended, the first one first. */
  @Column('jsonb', { default: [] })
  history: EmailAttempt[];

  /** Attempts before it was last retried by hand: the tries that it is given are counted from there. */
  @Column('int', { default: 0 })
  earlierTries: number;

  /** Request and trace id of the request that caused it. */
  @Column('jsonb', { default: {} })
  context: { requestId?: string; traceparent?: string };

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  sentAt: Date | null;
}
