/** Of more posts than that which match a search, the latest ones are ranked: a word that is everywhere says little. */
export const RANKED = 200;

/** So many posts, the newest ones, tell how frequent the matches are. */
const SAMPLE = 500;
/** From so many in the sample on there are probably RANKED among the newest LOOKED_THROUGH. */
const FREQUENT = 15;
const LOOKED_THROUGH = 10_000;

/**
 * The latest published rows `s` of post_search that match, as SQL. Frequent ones are found fastest from the newest post
 * backwards, rare ones by the index of words. The planner has to guess which they are, and for several words together
 * it may be wrong by so much that it reads the whole table; therefore a sample decides.
 * @param words a `tsquery`, as SQL
 * @param bounds conditions for `s.published_at`, as SQL
 */
export const latestMatches = (words: string, bounds: string): string => `(
    WITH newest AS MATERIALIZED (
      SELECT 1 FROM ${newest(SAMPLE, bounds)} WHERE s.search @@ ${words}
    ), frequent AS MATERIALIZED (
      SELECT s.post_id, s.published_at FROM ${newest(LOOKED_THROUGH, bounds)}
      WHERE s.search @@ ${words} AND (SELECT count(*) FROM newest) >= ${FREQUENT}
      ORDER BY s.published_at DESC LIMIT ${RANKED}
    ), rare AS MATERIALIZED (
      SELECT s.post_id, s.published_at FROM post_search s WHERE s.search @@ ${words} AND ${bounds}
    ), latest AS (
      SELECT * FROM frequent WHERE (SELECT count(*) FROM frequent) = ${RANKED}
      UNION ALL (
        SELECT * FROM rare WHERE (SELECT count(*) FROM frequent) < ${RANKED} ORDER BY published_at DESC LIMIT ${RANKED}
      )
    )
    SELECT s.* FROM latest JOIN post_search s ON s.post_id = latest.post_id
  ) s`;

const newest = (amount: number, bounds: string): string =>
  `(SELECT * FROM post_search s WHERE ${bounds} ORDER BY s.published_at DESC LIMIT ${amount}) s`;
