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

/** What everybody may read; spelled the same in queries, or the planner does not use the indexes. */
const PUBLISHED = "status = 'published' AND deleted_at IS NULL";

/** A post; its transitions are methods, which refuse what its state does not allow. */
@Entity('posts')
@Index('posts_slug_unique', ['slug'], { unique: true, where: 'deleted_at IS NULL' })
@Index('posts_published', ['publishedAt', 'id'], { where: PUBLISHED })
@Index('posts_published_by_author', ['authorId', 'publishedAt', 'id'], { where: PUBLISHED })
@Index('posts_published_by_creation', ['createdAt', 'id'], { where: PUBLISHED })
@Index('posts_published_by_update', ['updatedAt', 'id'], { where: PUBLISHED })
@Index('posts_published_by_title', ['title', 'id'], { where: PUBLISHED })
@Index('posts_scheduled', ['publishAt', 'id'], { where: "status = 'scheduled' AND deleted_at IS NULL" })
@Index('posts_trashed', ['deletedAt', 'id'], { where: 'deleted_at IS NOT NULL' })
@Index('posts_author', ['authorId', 'createdAt', 'id'])
@Index('posts_created_at', ['createdAt', 'id'])
@Index('posts_edited_by', ['editedById'])
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

  /** Who wrote this version; null once that account is gone. */
  @Column('uuid', { nullable: true })
  editedById: string | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL' })
  @JoinColumn()
  editedBy: User | null;

  @CreateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  deletedAt: Date | null;

  /** @throws AppError `POST_STATE_CONFLICT` when it is published already */
  publish(now: Date): void {
    this.refuseWhere(this.status === 'published', 'The post is published.');
    this.status = 'published';
    this.publishedAt = now;
    this.publishAt = null;
  }

  /**
   * To appear at that time; at once when it has come. Another time takes the place of the one before.
   * @throws AppError `POST_STATE_CONFLICT` when it is published already
   */
  schedule(publishAt: Date, now: Date): void {
    if (publishAt <= now) return this.publish(now);
    this.refuseWhere(this.status === 'published', 'The post is published.');
    this.status = 'scheduled';
    this.publishAt = publishAt;
  }

  /** The scheduled time has come. However late that is noticed, the post keeps the time that was promised. */
  appear(): void {
    const promised = this.publishAt;
    this.refuseWhere(this.status !== 'scheduled' || promised === null, 'The post is not scheduled.');
    this.status = 'published';
    this.publishedAt = promised;
    this.publishAt = null;
  }

  /**
   * A draft again, whether it was published or was to be.
   * @throws AppError `POST_STATE_CONFLICT` when it is a draft
   */
  unpublish(): void {
    this.refuseWhere(this.status === 'draft', 'The post is a draft.');
    this.status = 'draft';
    this.publishedAt = null;
    this.publishAt = null;
  }

  trash(now: Date): void {
    this.refuseWhere(this.deletedAt !== null, 'The post is in the trash.');
    this.deletedAt = now;
  }

  /**
   * Out of the trash, as it was; but what was only scheduled is a draft, or it might appear at once.
   * @throws AppError `POST_STATE_CONFLICT` when it is not in the trash
   */
  restore(): void {
    this.refuseWhere(this.deletedAt === null, 'The post is not in the trash.');
    this.deletedAt = null;
    if (this.status === 'scheduled') this.unpublish();
  }

  private refuseWhere(isConflict: boolean, detail: string): void {
    if (isConflict) throw new AppError('POST_STATE_CONFLICT', { detail });
  }
}
