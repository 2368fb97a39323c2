import type { SearchLanguage } from '../../core/config/settings.schema.js';
import { indexPosts } from './post-search.js';

/** Where a pass begins. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Makes the search index of posts that have none, or one of another language: of the next $2 behind the id $1. Answers
 * the last of them, or no row at the end. A post that is being changed is indexed with its change.
 */
export const reindex = (language: SearchLanguage): { name: string; text: string } => ({
  name: 'posts.reindex',
  text: `WITH outdated AS MATERIALIZED (
      SELECT p.* FROM posts p
      WHERE p.id > $1 AND NOT EXISTS (SELECT 1 FROM post_search s WHERE s.post_id = p.id AND s.language = '${language}')
      ORDER BY p.id LIMIT $2 FOR UPDATE OF p SKIP LOCKED
    ), indexed AS (
      ${indexPosts(language, 'outdated p')}
    ) SELECT id AS last FROM outdated ORDER BY id DESC LIMIT 1`,
});
