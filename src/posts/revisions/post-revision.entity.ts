import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from '../../users/user.entity.js';
import { Post, type PostStatus } from '../post.entity.js';

/** What a post was in a version that another one has replaced. */
@Entity('post_revisions')
@Index('post_revisions_editor', ['editorId'])
export class PostRevision {
  @PrimaryColumn('uuid')
  postId: string;

  @ManyToOne(() => Post, { onDelete: 'CASCADE' })
  @JoinColumn()
  post: Post;

  @PrimaryColumn('int')
  version: number;

  @Column('text')
  slug: string;

  @Column('text')
  title: string;

  @Column('text')
  content: string;

  @Column('text')
  excerpt: string;

  @Column('text', { array: true })
  tags: string[];

  @Column('text')
  status: PostStatus;

  /** Who wrote this version; null once that account is gone. */
  @Column('uuid', { nullable: true })
  editorId: string | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL' })
  @JoinColumn()
  editor: User | null;

  /** When this version was written. */
  @Column({ type: 'timestamptz', precision: 3 })
  createdAt: Date;
}
