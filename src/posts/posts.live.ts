import type { LiveEvent } from '../core/live/live-events.js';
import type { PostRow } from './post-row.js';
import type { Post } from './post.entity.js';

type Visibility = Pick<Post, 'status' | 'deletedAt'>;

const isPublic = ({ status, deletedAt }: Visibility): boolean => status === 'published' && deletedAt === null;

/** How a post was before a change. */
export type FormerPost = Visibility & Pick<Post, 'slug'>;

/**
 * What everybody is told of a change: nothing of a post that nobody could read before or can read now.
 * @param former undefined for a new post
 */
export function postChange(
  former: FormerPost | undefined,
  row: PostRow,
  deletedAt: Date | null = null,
): LiveEvent | undefined {
  const wasPublic = former !== undefined && isPublic(former);
  const name = isPublic({ status: row.status, deletedAt })
    ? wasPublic
      ? 'post.updated'
      : 'post.published'
    : undefined;
  if (name) return { name, data: summary(row) };
  // The address under which it was known.
  return wasPublic ? { name: 'post.deleted', data: { id: row.id, slug: former.slug } } : undefined;
}

const summary = ({ id, slug, title, authorId, authorUsername, publishedAt, version }: PostRow): object => ({
  id,
  slug,
  title,
  author: { id: authorId, username: authorUsername },
  publishedAt,
  version,
});
