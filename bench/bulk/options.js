import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number} followers of the one author
 * @property {number} rounds posts that are published by each author to be timed
 */

const FULL = { followers: 100_000, rounds: 25 };
const SHORT = { followers: 2_000, rounds: 10 };
const MAXIMA = { followers: 1_000_000, rounds: 1_000 };

export const HELP = `Measures a post to many followers: publishing it, the worker that mails them, and who waits for that.

  npm run bench:bulk -- [--short] [--followers N] [--rounds N]

  --followers N  of the author (${FULL.followers})
  --rounds N     posts that are published by each author, to be timed (${FULL.rounds})
  --short        a quick look
  --help         this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 */
export function readOptions(args) {
  const number = { type: 'string' };
  const flag = { type: 'boolean' };
  const { help, short, ...given } = parseOptions(args, { followers: number, rounds: number, short: flag, help: flag });
  if (help) return undefined;
  const numbers = { ...(short ? SHORT : FULL) };
  for (const [name, text] of Object.entries(given)) numbers[name] = wholeNumber(name, text, MAXIMA[name]);
  return numbers;
}
