import 'reflect-metadata';
import { KeysetPager } from '../../dist/src/core/paging/keyset-pager.js';
import { PostListsRepository } from '../../dist/src/posts/post-lists.repository.js';
import { indexPosts as indexOf } from '../../dist/src/posts/search/post-search.js';

/** What SQL is the same here as in the product, since it is not what the two are compared by. */

const LANGUAGE = 'english';

/** Writes the search index of the posts `p`. */
export const indexPosts = indexOf(LANGUAGE, 'p');

/** @type {Map<string, import('pg').QueryConfig>} */
const statements = new Map();

/**
 * The statement that the product searches with, made once for each search. It has no name there either: PostgreSQL
 * plans it for its words each time.
 * @param {string} q
 * @param {number} limit
 * @returns {Promise<import('pg').QueryConfig>}
 */
export async function searchStatement(q, limit) {
  const key = `${limit} ${q}`;
  const known = statements.get(key);
  if (known) return known;
  const made = await capture(q, limit);
  statements.set(key, made);
  return made;
}

async function capture(q, limit) {
  /** @type {import('pg').QueryConfig} */
  let statement;
  const sql = {
    rows: async ({ text }, values) => {
      statement = { text, values };
      return [];
    },
  };
  const lists = new PostListsRepository(new KeysetPager(sql, { encode: () => '' }), { SEARCH_LANGUAGE: LANGUAGE });
  await lists.page({ status: 'published', limit, q }, { authorId: undefined });
  return statement;
}
