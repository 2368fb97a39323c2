import type { SearchLanguage } from '../../core/config/setting-kinds.js';
import { indexPosts } from './post-search.js';

/** Where a pass begins. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Looks at the next $2 posts behind the id $1, and makes the search index of those that have none, or one of another
 * language. Answers the last that was looked at, or no row at the end. A post that is being changed is indexed with its
 * change.
 */
export const reindex = (language: SearchLanguage): { name: string; text: string } => ({
  name: 'posts.reindex',
  text: `WITH next AS MATERIALIZED (
      SELECT id FROM posts WHERE id > $1 ORDER BY id LIMIT $2
    ), outdated AS MATERIALIZED (
      SELECT p.* FROM posts p
      WHERE p.id IN (SELECT id FROM next)
        AND NOT EXISTS (SELECT 1 FROM post_search s WHERE s.post_id = p.id AND s.language = '${language}')
      FOR UPDATE OF p SKIP LOCKED
    ), indexed AS (
      ${indexPosts(language, 'outdated p')}
    ) SELECT id AS last FROM next ORDER BY id DESC LIMIT 1`,
});
