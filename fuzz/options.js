import { randomInt } from 'node:crypto';
import { parseOptions, wholeNumber } from '../bench/options.js';

/**
 * @typedef {object} Options
 * @property {number} requests hostile ones, over all operations
 * @property {number} seed
 * @property {boolean} short for CI
 */

const REQUESTS = { full: 100_000, short: 5_000 };
const MAXIMA = { requests: 10_000_000, seed: 999_999_999 };

export const HELP = `Sends generated hostile requests to every operation, and holds each answer against the OpenAPI document.

  npm run fuzz -- [--short] [--requests N] [--seed N]

  --requests N  how many (${REQUESTS.full})
  --seed N      decides what is sent; random, and printed, where it is left out
  --short       less than a minute, for CI: ${REQUESTS.short} requests
  --help        this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 * @throws {import('../bench/options.js').UsageError}
 */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const given = parseOptions(args, { requests: text, seed: text, short: flag, help: flag });
  if (given.help) return undefined;
  const { short = false } = given;
  const number = (name, otherwise) =>
    given[name] === undefined ? otherwise : wholeNumber(name, given[name], MAXIMA[name]);
  return {
    requests: number('requests', short ? REQUESTS.short : REQUESTS.full),
    seed: number('seed', randomInt(1, 1_000_000)),
    short,
  };
}
