import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { Post } from '../post.entity.js';

/**
 * What the full-text search looks in; made with each change of a post, never read. A table of its own, since ranking
 * reads many rows of it, which must therefore be short.
 */
@Entity('post_search')
@Index('post_search_search', ['search'], { type: 'gin' })
@Index('post_search_published', ['publishedAt', 'postId'], { where: 'published_at IS NOT NULL' })
export class SearchablePost {
  @PrimaryColumn('uuid')
  postId: string;

  @OneToOne(() => Post, { onDelete: 'CASCADE' })
  @JoinColumn()
  post: Post;

  /** That of the post while everybody may read it; null otherwise. */
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  publishedAt: Date | null;

  /** What `search` was made with; another one than SEARCH_LANGUAGE makes it anew. */
  @Column('text')
  language: string;

  @Column('tsvector')
  search: string;
}
