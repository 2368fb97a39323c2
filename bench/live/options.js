import { parseOptions, wholeNumber } from '../options.js';

/**
 * @typedef {object} Options
 * @property {number} connections that listen, half of them by each transport
 * @property {number} events that all of them are told
 */

const FULL = { connections: 5_000, events: 20 };
const SHORT = { connections: 500, events: 5 };
const MAXIMA = { connections: 9_000, events: 1_000 };

export const HELP = `Measures what it costs to have many clients listen to live events, and how long they wait for one.

  npm run bench:live -- [--short] [--connections N] [--events N]

  --connections N  half by Server-Sent Events, half by WebSocket (${FULL.connections})
  --events N       that all of them are told (${FULL.events})
  --short          a quick look
  --help           this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 */
export function readOptions(args) {
  const number = { type: 'string' };
  const flag = { type: 'boolean' };
  const { help, short, ...given } = parseOptions(args, {
    connections: number,
    events: number,
    short: flag,
    help: flag,
  });
  if (help) return undefined;
  const numbers = { ...(short ? SHORT : FULL) };
  for (const [name, text] of Object.entries(given)) numbers[name] = wholeNumber(name, text, MAXIMA[name]);
  return numbers;
}
