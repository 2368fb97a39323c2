import 'reflect-metadata';
import { Client } from 'pg';
import { KeysetPager } from '../../dist/src/core/paging/keyset-pager.js';
import { PostListsRepository } from '../../dist/src/posts/post-lists.repository.js';

/** The settings that the statements depend on. */
const SETTINGS = { SEARCH_LANGUAGE: 'english' };

/**
 * How PostgreSQL answers a list of published posts, with the statement of the product itself.
 * @param {string} url of the database
 * @param {object} query
 * @returns {Promise<string>}
 */
export async function explain(url, query) {
  const client = new Client({ connectionString: url });
  await client.connect();
  let plan = '';
  const sql = {
    rows: async ({ text }, values) => {
      const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) ${text}`, values);
      plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      return [];
    },
  };
  const lists = new PostListsRepository(new KeysetPager(sql, { encode: () => '' }), SETTINGS);
  await lists.page({ status: 'published', limit: 20, ...query }, { authorId: undefined });
  await client.end();
  return plan;
}
