import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * @typedef {object} Cores
 * @property {string} server the one core of the server under test
 * @property {string} others those of the load generator and of PostgreSQL
 */

const run = promisify(execFile);

/**
 * Gives the server under test a core of its own, so that every server is measured on the same piece of hardware and
 * none is disturbed by the load that it is under. This process moves to the others, and what it starts stays with it.
 * @returns {Promise<Cores | undefined>} undefined where there is no `taskset`, or only one core
 */
export async function splitCores() {
  try {
    const [server, ...others] = await allowedCores();
    if (server === undefined || others.length === 0) return undefined;
    await run('taskset', ['--all-tasks', '--cpu-list', '--pid', others.join(','), String(process.pid)]);
    return { server: String(server), others: others.join(',') };
  } catch {
    return undefined;
  }
}

/**
 * The command that starts a program on this core.
 * @param {string | undefined} core
 * @param {string[]} command
 */
export const onCore = (core, command) => (core === undefined ? command : ['taskset', '--cpu-list', core, ...command]);

/** A container may have been given any of the machine's cores: `0-3,8`. */
async function allowedCores() {
  const { stdout } = await run('taskset', ['--cpu-list', '--pid', String(process.pid)]);
  const ranges = stdout.slice(stdout.lastIndexOf(':') + 1).split(',');
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
