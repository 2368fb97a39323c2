import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number[]} posts in a database each
 * @property {number[]} connections
 * @property {number} rounds measurements of each work and server
 * @property {number} seconds length of one measurement
 * @property {number} warmUp seconds of load on each work and server before the first round
 */

const FULL = { posts: [10_000, 100_000, 1_000_000], connections: [1, 32, 256], rounds: 1, seconds: 4, warmUp: 1 };
const SHORT = { posts: [1_000, 10_000], connections: [1, 32], rounds: 1, seconds: 1, warmUp: 1 };
const MAXIMA = { posts: 5_000_000, connections: 1_000, rounds: 100, seconds: 600 };

export const HELP = `Measures how the cost of reading grows with the posts and with the connections.

  npm run bench:growth -- [--short] [--posts N,N] [--connections N,N] [--rounds N] [--seconds N]

  --posts N,N        numbers of posts, each in a database of its own (${FULL.posts.join(',')})
  --connections N,N  numbers of connections (${FULL.connections.join(',')})
  --rounds N         measurements of each work and server (${FULL.rounds})
  --seconds N        length of one measurement (${FULL.seconds})
  --short            small databases, a few minutes
  --help             this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const { help, short, ...given } = parseOptions(args, {
    posts: text,
    connections: text,
    rounds: text,
    seconds: text,
    short: flag,
    help: flag,
  });
  if (help) return undefined;
  const options = { ...(short ? SHORT : FULL) };
  for (const name of ['posts', 'connections'])
    if (given[name] !== undefined)
      options[name] = given[name].split(',').map((value) => wholeNumber(name, value, MAXIMA[name]));
  for (const name of ['rounds', 'seconds'])
    if (given[name] !== undefined) options[name] = wholeNumber(name, given[name], MAXIMA[name]);
  return options;
}
