import type { Post } from './post.entity.js';

/** A post as it is answered, with its author beside it. */
export type PostRow = Pick<
  Post,
  | 'id'
  | 'authorId'
  | 'slug'
  | 'title'
  | 'content'
  | 'excerpt'
  | 'tags'
  | 'status'
  | 'publishedAt'
  | 'publishAt'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
> & {
  authorUsername: string;
  authorFullName: string | null;
  /** Of a search: where its words were found, between marks. */
  snippet?: string;
};

/** The columns of a `PostRow`; names of the author come from `u`, unless the post carries them itself. */
export const postColumns = (author: 'u.' | 'p.author_' = 'u.'): string =>
  `p.id, p.author_id AS "authorId", p.slug, p.title, p.content, p.excerpt, p.tags, p.status,
  p.published_at AS "publishedAt", p.publish_at AS "publishAt", p.version,
  p.created_at AS "createdAt", p.updated_at AS "updatedAt",
  ${author}username AS "authorUsername", ${author}full_name AS "authorFullName"`;

/** A deleted account takes its posts along, whatever becomes of their rows. */
export const LIVE_AUTHORS_POSTS = 'posts p JOIN users u ON u.id = p.author_id AND u.deleted_at IS NULL';
