import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Post } from '../../posts/post.entity.js';
import type { Email } from '../email.entity.js';

/** The mails that a published post owes to the followers of its author: written page by page, and how far that got. */
@Entity('email_fan_outs')
@Index('email_fan_outs_post', ['postId'])
@Index('email_fan_outs_created_at', ['createdAt', 'id'])
@Index('email_fan_outs_open', ['createdAt', 'id'], { where: 'done_at IS NULL' })
export class EmailFanOut {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  postId: string;

  @ManyToOne(() => Post, { onDelete: 'CASCADE' })
  @JoinColumn()
  post: Post;

  /** Followers up to this one have their mail. */
  @Column('uuid', { nullable: true })
  lastSubscriberId: string | null;

  /** How many mails were written. */
  @Column('int', { default: 0 })
  mails: number;

  /** Request and trace id of the request that published the post. */
  @Column('jsonb', { default: {} })
  context: Email['context'];

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  /** BULK_MAIL_RATE lets the next page be written then. */
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  nextPageAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  doneAt: Date | null;
}
