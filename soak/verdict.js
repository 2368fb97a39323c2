import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { courseOf } from './flatness.js';

/** Milliseconds in which what was interrupted may still fail once it is there again: connections find out one by one. */
const AFTERMATH = 5_000;
/** How Node.js tells of an error that nobody has caught, and of listeners that pile up. */
const UNHANDLED =
  /unhandled ?(?:promise ?)?rejection|triggerUncaughtException|uncaught ?exception|MaxListenersExceededWarning/i;

/** @typedef {import('../chaos/services/interruptions.js').Interruption} Interruption */
/** @typedef {import('../chaos/load/client.js').Failure} Failure */
/** @typedef {{ process: string, kind: 'memory' | 'handles' | 'connections', course: import('./flatness.js').Course }} Row */

/**
 * @param {Map<string, import('./watch.js').Sample[]>} samples
 * @param {{ short: boolean }} form
 * @returns {Row[]}
 */
export const coursesOf = (samples, { short }) =>
  [...samples].flatMap(([process, taken]) =>
    ['memory', 'handles', 'connections']
      .filter((kind) => taken.some((sample) => kind in sample))
      .map((kind) => ({
        process,
        kind,
        course: courseOf(
          kind,
          taken.map((sample) => ({ at: sample.at, value: sample[kind] })),
          { short },
        ),
      })),
  );

/**
 * Failures that nothing explains: neither the process that was asked nor a service was interrupted meanwhile.
 * @param {Failure[]} failures
 * @param {Interruption[]} interruptions
 */
export const unexplained = (failures, interruptions) =>
  failures.filter(
    ({ service, from, to }) =>
      !interruptions.some(
        (one) =>
          (['postgres', 'redis'].includes(one.service) || one.service === service) &&
          one.from <= to &&
          (one.to ?? Number.POSITIVE_INFINITY) + AFTERMATH >= from,
      ),
  );

/**
 * Lines that tell of errors which nobody has caught, in all that the processes have printed.
 * @param {string} directory
 * @returns {Promise<string[]>}
 */
export async function unhandledIn(directory) {
  const lines = [];
  for (const name of await readdir(directory)) {
    const text = await readFile(join(directory, name), 'utf8');
    lines.push(
      ...text
        .split('\n')
        .filter((line) => UNHANDLED.test(line))
        .map((line) => `${name}: ${line.slice(0, 500)}`),
    );
  }
  return lines;
}
