import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number} mails in each measurement
 * @property {number} rounds measurements of each sender
 */

const FULL = { mails: 3_000, rounds: 3 };
const SHORT = { mails: 400, rounds: 1 };
const MAXIMA = { mails: 100_000, rounds: 100 };

export const HELP = `Measures how many mails a worker sends a second, against a bare pooled nodemailer in a loop.

  npm run bench:mails -- [--short] [--mails N] [--rounds N]

  --mails N   in each measurement (${FULL.mails})
  --rounds N  measurements of each sender (${FULL.rounds})
  --short     a quick look
  --help      this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 */
export function readOptions(args) {
  const number = { type: 'string' };
  const flag = { type: 'boolean' };
  const { help, short, ...given } = parseOptions(args, { mails: number, rounds: number, short: flag, help: flag });
  if (help) return undefined;
  const numbers = { ...(short ? SHORT : FULL) };
  for (const [name, text] of Object.entries(given)) numbers[name] = wholeNumber(name, text, MAXIMA[name]);
  return numbers;
}
