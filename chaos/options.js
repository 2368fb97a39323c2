import { randomInt } from 'node:crypto';
import { UsageError, parseOptions, wholeNumber } from '../bench/options.js';

/** @typedef {'redis' | 'postgres'} QueueKind */

/**
 * @typedef {object} Options
 * @property {QueueKind[]} queues one run on each
 * @property {number} kills in each run
 * @property {number} seed
 * @property {boolean} short for CI
 * @property {number} [restarts] of API processes under load, in place of kills
 * @property {string} [logs] directory that keeps what the processes print
 */

const KILLS = { full: 200, short: 12 };
const MAXIMA = { kills: 10_000, restarts: 10_000, seed: 999_999_999 };
const QUEUES = { redis: ['redis'], postgres: ['postgres'], both: ['redis', 'postgres'] };

export const HELP = `Kills processes and services under load, and counts what was owed, delivered, lost and doubled.

  npm run chaos -- [--short] [--queue redis|postgres|both] [--kills N] [--seed N] [--logs DIRECTORY]
  npm run chaos -- --restarts N

  --queue NAME  where the queue is: redis (default), postgres, or both, one run after the other
  --kills N     kills, stops and restarts in a run (${KILLS.full})
  --seed N      decides what is killed when; random, and printed, where it is left out
  --logs DIR    keeps what the processes print in this directory
  --short       a minute, for CI: ${KILLS.short} kills
  --restarts N  kills nothing, but replaces API processes N times under the load of a hundred clients, behind a load
                balancer, and counts requests that broke
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
  const given = parseOptions(args, {
    queue: text,
    kills: text,
    seed: text,
    logs: text,
    short: flag,
    restarts: text,
    help: flag,
  });
  if (given.help) return undefined;
  const { queue = 'redis', short = false, logs } = given;
  if (!Object.hasOwn(QUEUES, queue)) throw new UsageError(`--queue must be one of ${Object.keys(QUEUES).join(', ')}`);
  const number = (name, otherwise) =>
    given[name] === undefined ? otherwise : wholeNumber(name, given[name], MAXIMA[name]);
  return {
    queues: QUEUES[queue],
    kills: number('kills', short ? KILLS.short : KILLS.full),
    seed: number('seed', randomInt(1, 1_000_000)),
    short,
    logs,
    restarts: number('restarts', undefined),
  };
}
