import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Post } from '../post.entity.js';

/** A slug that a post had once; links to it lead on to the post. */
@Entity('post_slugs')
@Index('post_slugs_post_id', ['postId'])
export class FormerSlug {
  @PrimaryColumn('text')
  slug: string;

  @Column('uuid')
  postId: string;

  @ManyToOne(() => Post, { onDelete: 'CASCADE' })
  @JoinColumn()
  post: Post;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
