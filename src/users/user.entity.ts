import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { Role } from '../common/access/role.js';

/** An account. Address and username are kept as typed and compared by their keys, which are free again once deleted. */
@Entity('users')
@Index('users_email_key_unique', ['emailKey'], { unique: true, where: 'deleted_at IS NULL' })
@Index('users_username_key_unique', ['usernameKey'], { unique: true, where: 'deleted_at IS NULL' })
@Index('users_trashed', ['deletedAt', 'id'], { where: 'deleted_at IS NOT NULL' })
@Index('users_created_at_id', ['createdAt', 'id'])
export class User {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  email: string;

  @Column('text')
  emailKey: string;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  emailVerifiedAt: Date | null;

  /** The address that takes the place of the present one as soon as its owner has confirmed it. */
  @Column('text', { nullable: true })
  pendingEmail: string | null;

  /** Moved by every change of password or address; links in mails that are older are void. */
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  credentialsChangedAt: Date;

  @Column('text')
  username: string;

  @Column('text')
  usernameKey: string;

  @Column('text', { nullable: true })
  fullName: string | null;

  @Column('text', { default: 'user' })
  role: Role;

  @Column('boolean', { default: true })
  isActive: boolean;

  /** Null for an account that never had a password: one that came from an outside issuer. */
  @Column('text', { nullable: true })
  passwordHash: string | null;

  /** Sessions that began before are not accepted any more; null accepts all. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  sessionsValidFrom: Date | null;

  @CreateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deletedAt: Date | null;
}
