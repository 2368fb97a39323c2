import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number} samples of each arm
 * @property {string} only measures the trials whose name contains this
 */

const FULL = 1_000;
const SHORT = 100;
const MAXIMUM = 50_000;

export const HELP = `Measures whether the time of an answer tells an account that is there from one that is not.

  npm run timing -- [--short] [--samples N] [--only TEXT]

  --samples N  requests for known accounts, and as many for unknown ones, of each trial (${FULL})
  --only TEXT  only the trials whose name contains the text
  --short      a quick look: ${SHORT} samples
  --help       this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 * @throws {import('../options.js').UsageError}
 */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const {
    help,
    short,
    samples,
    only = '',
  } = parseOptions(args, { samples: text, only: text, short: flag, help: flag });
  if (help) return undefined;
  if (samples !== undefined) return { samples: wholeNumber('samples', samples, MAXIMUM), only };
  return { samples: short ? SHORT : FULL, only };
}
