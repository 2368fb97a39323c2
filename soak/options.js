import { randomInt } from 'node:crypto';
import { UsageError, parseOptions, wholeNumber } from '../bench/options.js';

/**
 * @typedef {object} Options
 * @property {number} seconds of load
 * @property {number} seed
 * @property {import('../chaos/options.js').QueueKind} queue
 * @property {boolean} short for CI
 * @property {string} [logs] directory that keeps what the processes print
 */

const MINUTES = 30;
const SHORT_SECONDS = 40;
const MAXIMA = { minutes: 10_000, seed: 999_999_999 };
const QUEUES = ['redis', 'postgres'];

export const HELP = `Lets mixed load and kills go on for long, and looks whether memory, handles and connections stay flat.

  npm run soak -- [--short] [--minutes N] [--queue redis|postgres] [--seed N] [--logs DIRECTORY]

  --minutes N   how long (${MINUTES})
  --queue NAME  where the queue is: redis (default) or postgres
  --seed N      decides what is killed when, and what is asked; random, and printed, where it is left out
  --logs DIR    keeps what the processes print in this directory
  --short       for CI: ${SHORT_SECONDS} s, in which nothing settles, so that more may grow
  --help        this text
`;

/**
 * @param {string[]} args
 * @returns {Options | undefined} undefined where help is asked for
 * @throws {UsageError}
 */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const given = parseOptions(args, { minutes: text, queue: text, seed: text, logs: text, short: flag, help: flag });
  if (given.help) return undefined;
  const { queue = QUEUES[0], short = false, logs } = given;
  if (!QUEUES.includes(queue)) throw new UsageError(`--queue must be one of ${QUEUES.join(', ')}`);
  const number = (name, otherwise) =>
    given[name] === undefined ? otherwise : wholeNumber(name, given[name], MAXIMA[name]);
  const minutes = number('minutes', undefined);
  const seconds = minutes === undefined ? (short ? SHORT_SECONDS : MINUTES * 60) : minutes * 60;
  return { seconds, seed: number('seed', randomInt(1, 1_000_000)), queue, short, logs };
}
