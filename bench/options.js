import { parseArgs } from 'node:util';

/**
 * @typedef {object} Options
 * @property {number} users accounts in the database
 * @property {number} posts posts in the database
 * @property {number} rounds measurements of each work and server
 * @property {number} seconds length of one measurement
 * @property {number} warmUp seconds of load on each work and server before the first round
 * @property {number} connections kept open by the load generator, each with one request at a time
 * @property {string} only measures the works whose name contains this
 * @property {boolean} short a quick look for CI, on a small database
 * @property {boolean} memory measures the memory after many requests, too
 */

/** What is asked for cannot be done; told in one line. */
export class UsageError extends Error {}

const FULL = { users: 10_000, posts: 100_000, rounds: 5, seconds: 4, warmUp: 2, connections: 32 };
const SHORT = { users: 200, posts: 2_000, rounds: 2, seconds: 1, warmUp: 1, connections: 32 };
const MAXIMA = { users: 1_000_000, posts: 5_000_000, rounds: 100, seconds: 600, warmUp: 600, connections: 1_000 };

export const HELP = `Measures the API against a bare server that gives the same answers.

  npm run bench -- [--short] [--users N] [--posts N] [--rounds N] [--seconds N] [--connections N] [--only TEXT] [--memory]

  --users N        accounts in the database (${FULL.users})
  --posts N        posts in the database (${FULL.posts})
  --rounds N       measurements of each work and server (${FULL.rounds})
  --seconds N      length of one measurement (${FULL.seconds})
  --connections N  connections of the load generator (${FULL.connections})
  --only TEXT      only the works whose name contains the text, and of the figures "start", "copies" and "memory"
  --memory         also the memory of the API after 200,000 requests
  --short          a quick look, for CI: a small database, ${SHORT.rounds} rounds of ${SHORT.seconds} s, and no bars: it fails
                   for wrong answers alone
  --help           this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 * @throws {UsageError}
 */
export function readOptions(args) {
  const { help, short = false, memory = false, only = '', ...given } = parse(args);
  if (help) return undefined;
  const numbers = { ...(short ? SHORT : FULL) };
  for (const [name, text] of Object.entries(given)) numbers[name] = wholeNumber(name, text, MAXIMA[name]);
  return { ...numbers, only, short, memory };
}

/** @param {string[]} args */
function parse(args) {
  const number = { type: 'string' };
  const flag = { type: 'boolean' };
  return parseOptions(args, {
    users: number,
    posts: number,
    rounds: number,
    seconds: number,
    connections: number,
    only: { type: 'string' },
    short: flag,
    memory: flag,
    help: flag,
  });
}

/**
 * @param {string[]} args
 * @param {import('node:util').ParseArgsOptionsConfig} options
 * @throws {UsageError}
 */
export function parseOptions(args, options) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message.split(/[.\n]/, 1)[0]);
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} maximum
 * @throws {UsageError}
 */
export function wholeNumber(name, text, maximum) {
  const value = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= maximum) return value;
  throw new UsageError(`--${name} must be a whole number from 1 to ${maximum}`);
}
