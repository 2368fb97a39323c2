import { SEARCHES } from './lists/searches.js';
import { AS_SHIPPED, BASELINE, CACHE_OFF, USUAL } from './servers.js';
import { tokensOf } from './tokens.js';

/**
 * One request, as autocannon takes it; `[<id>]` in the body becomes another text each time.
 * @typedef {{ method?: string, path: string, headers?: Record<string, string>, body?: string }} Request
 */

/**
 * @typedef {object} Work
 * @property {string} name
 * @property {(context: Context) => Request[] | Promise<Request[]>} requests sent in turn by every connection, which
 *   begin at different places
 * @property {Record<string, number | null>} bars the servers that it is measured on beside the baseline, each with the
 *   ratio to it that must be reached; null where there is none
 * @property {number} [status] of the answers; 200 where it is left out
 * @property {string[]} [except] members of the answer that are never the same twice
 * @property {number} [longer] it is measured so many times as long as others, since so few are done in a second
 * @property {boolean} [writes] it is measured after all that only read
 * @property {{ path: string, p99: number }} [meanwhile] what is asked for beside the load, fifty times a second, and the
 *   time in which 99 of 100 answers have to come, in milliseconds
 */

/**
 * @typedef {object} Context
 * @property {import('./dataset.js').Dataset} dataset
 * @property {import('./servers.js').Server} server
 */

const JSON_TYPE = { 'content-type': 'application/json' };
const POSTS = '/api/v1/posts';
const bearer = (token) => ({ authorization: `Bearer ${token}` });

/**
 * What is measured. A new one needs an answer in `baseline.js` too.
 * @type {Work[]}
 */
export const WORKS = [
  {
    name: 'GET /health',
    requests: () => [{ path: '/health' }],
    bars: { [AS_SHIPPED]: 0.6, [USUAL]: null },
  },
  {
    name: 'GET /posts?limit=20',
    requests: () => [{ path: `${POSTS}?limit=20` }],
    bars: { [CACHE_OFF]: 0.8, [AS_SHIPPED]: 2.5, [USUAL]: null },
  },
  {
    name: 'GET /posts/:id',
    requests: ({ dataset }) => dataset.postIds.map((id) => ({ path: `${POSTS}/${id}` })),
    bars: { [CACHE_OFF]: 0.7, [AS_SHIPPED]: 2, [USUAL]: null },
  },
  {
    name: '304 of GET /posts/:id',
    status: 304,
    requests: conditional,
    bars: { [AS_SHIPPED]: 3 },
  },
  {
    name: 'GET /posts?q=…',
    requests: () => SEARCHES.map((q) => ({ path: `${POSTS}?${new URLSearchParams({ q }).toString()}` })),
    bars: { [CACHE_OFF]: 0.85 },
  },
  {
    name: 'GET /users/me',
    requests: async ({ dataset, server }) =>
      (await tokensOf(server, dataset)).map((token) => ({ path: '/api/v1/users/me', headers: bearer(token) })),
    bars: { [AS_SHIPPED]: 0.7 },
  },
  {
    name: 'POST /posts',
    status: 201,
    requests: newPosts,
    bars: { [AS_SHIPPED]: 0.6 },
    except: ['id', 'slug', 'title', 'publishedAt', 'createdAt', 'updatedAt'],
    writes: true,
  },
  {
    name: 'POST /auth/login',
    requests: ({ dataset: { accounts, password } }) =>
      accounts.map((username) => ({
        method: 'POST',
        path: '/api/v1/auth/login',
        headers: JSON_TYPE,
        body: JSON.stringify({ username, password }),
      })),
    bars: { [AS_SHIPPED]: 0.95 },
    except: ['access_token', 'refresh_token'],
    meanwhile: { path: '/health', p99: 50 },
    longer: 2,
    writes: true,
  },
];

/** The servers that a work is measured on, the baseline first. */
export const serversOf = ({ bars }) => [BASELINE, ...Object.keys(bars)];

/** Each server has validators of its own. @param {Context} context @returns {Promise<Request[]>} */
async function conditional({ dataset, server }) {
  const requests = [];
  for (const id of dataset.postIds) {
    const path = `${POSTS}/${id}`;
    // A compressed answer has a tag of its own.
    const headers = { 'accept-encoding': 'identity' };
    const answer = await fetch(server.url + path, { headers });
    await answer.arrayBuffer();
    requests.push({ path, headers: { ...headers, 'if-none-match': answer.headers.get('etag') } });
  }
  return requests;
}

/** Like those that are there, each under a title of its own. @param {Context} context @returns {Promise<Request[]>} */
async function newPosts({ dataset, server }) {
  const tokens = await tokensOf(server, dataset);
  return dataset.texts.map(({ title, content, tags }, index) => ({
    method: 'POST',
    path: POSTS,
    headers: { ...JSON_TYPE, ...bearer(tokens[index % tokens.length]) },
    body: JSON.stringify({ title: `${title} [<id>]`, content, tags, published: true }),
  }));
}
