import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number} posts of the table in which pages are turned and words are searched
 * @property {number} page the deep one
 * @property {number} small posts of the small table
 * @property {number} large posts of the large one
 * @property {number} requests for each page
 */

const FULL = { posts: 110_000, page: 5_000, small: 10_000, large: 1_000_000, requests: 300 };
const SHORT = { posts: 5_000, page: 200, small: 1_000, large: 10_000, requests: 50 };
const MAXIMA = { posts: 5_000_000, page: 5_000, small: 5_000_000, large: 5_000_000, requests: 100_000 };

export const HELP = `Measures what lists cost deep inside and on large tables, and what a search costs.

  npm run bench:lists -- [--short] [--posts N] [--page N] [--small N] [--large N] [--requests N]

  --posts N     posts of the table in which pages are turned and words are searched (${FULL.posts})
  --page N      the deep page, of 20 (${FULL.page})
  --small N     posts of the small table (${FULL.small})
  --large N     posts of the large one, which takes minutes to make (${FULL.large})
  --requests N  for each page (${FULL.requests})
  --short       small tables
  --help        this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 */
export function readOptions(args) {
  const number = { type: 'string' };
  const flags = { short: { type: 'boolean' }, help: { type: 'boolean' } };
  const options = { posts: number, page: number, small: number, large: number, requests: number, ...flags };
  const { help, short, ...given } = parseOptions(args, options);
  if (help) return undefined;
  const numbers = { ...(short ? SHORT : FULL) };
  for (const [name, text] of Object.entries(given)) numbers[name] = wholeNumber(name, text, MAXIMA[name]);
  return numbers;
}
