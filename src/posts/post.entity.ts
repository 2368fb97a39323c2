import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import { AppError } from '../common/errors/app-error.js';
import { User } from '../users/user.entity.js';

export const POST_STATUSES = ['draft', 'scheduled', 'published'] as const;

export type PostStatus = (typeof POST_STATUSES)[number];

/** A post; its transitions are methods, which refuse what its state does not allow. */
@Entity('posts')
@Index('posts_slug_unique', ['slug'], { unique: true, where: 'deleted_at IS NULL' })
@Index('posts_published', ['publishedAt', 'id'], { where: "status = 'published' AND deleted_at IS NULL" })
@Index('posts_author', ['authorId', 'createdAt', 'id'])
@Index('posts_created_at', ['createdAt', 'id'])
@Index('posts_tags', ['tags'], { type: 'gin' })
export class Post {
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid')
  authorId: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn()
  author: User;

  @Column('text')
  slug: string;

  @Column('text')
  title: string;

  @Column('text')
  content: string;

  @Column('text')
  excerpt: string;

  @Column('text', { array: true, default: [] })
  tags: string[];

  @Column('text', { default: 'draft' })
  status: PostStatus;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  publishedAt: Date | null;

  /** When a scheduled post is to appear. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  publishAt: Date | null;

  /** Counts the changes; the `ETag` is made of it. */
  @Column('int', { default: 1 })
  version: number;

  @CreateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deletedAt: Date | null;

  /** @throws AppError `POST_STATE_CONFLICT` when it is published already */
  publish(now: Date): void {
    if (this.status === 'published') throw new AppError('POST_STATE_CONFLICT', { detail: 'The post is published.' });
    this.status = 'published';
    this.publishedAt = now;
    this.publishAt = null;
  }

  /** @throws AppError `POST_STATE_CONFLICT` when it is a draft */
  unpublish(): void {
    if (this.status === 'draft') throw new AppError('POST_STATE_CONFLICT', { detail: 'The post is a draft.' });
    this.status = 'draft';
    this.publishedAt = null;
    this.publishAt = null;
  }

  trash(now: Date): void {
    this.deletedAt = now;
  }
}
