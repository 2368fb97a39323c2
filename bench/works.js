/**
 * @typedef {object} Work
 * @property {string} name
 * @property {(dataset: import('./dataset.js').Dataset) => string[]} paths asked for in turn by every connection
 * @property {number} [bar] the ratio to the baseline that the product must reach; none where it is left out
 */

/**
 * What is measured. A new one needs an answer in `baseline.js` too.
 * @type {Work[]}
 */
export const WORKS = [
  { name: 'GET /posts?limit=20', paths: () => ['/api/v1/posts?limit=20'], bar: 0.6 },
  { name: 'GET /posts/:id', paths: ({ postIds }) => postIds.map((id) => `/api/v1/posts/${id}`) },
  { name: 'GET /health', paths: () => ['/health'] },
];
