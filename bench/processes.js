import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { onCore } from './cores.js';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** Milliseconds that a process has to end after SIGTERM. */
const STOP_TIMEOUT = 10_000;
/** Milliseconds that a server has to answer. */
const START_TIMEOUT = 60_000;
/** Of `/proc`; the same on every Linux that Node runs on. */
const TICKS_A_SECOND = 100;

/**
 * Starts a script in a process that ends with this one, and is stopped by the clean-up.
 * @param {URL} script
 * @param {object} how
 * @param {import('./cleanup.js').Cleanup} how.cleanup
 * @param {Record<string, string>} how.environment all of it: nothing is inherited but PATH
 * @param {string} how.directory
 * @param {string} [how.core]
 * @param {number | 'inherit'} [how.output] where it prints to: an open file, or the terminal
 */
export function startProcess(script, { cleanup, environment, directory, core, output = 'inherit' }) {
  const [command, ...args] = onCore(core, [process.execPath, fileURLToPath(script)]);
  const child = spawn(command, args, {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', output, output, 'ipc'],
  });
  cleanup.defer(() => stopProcess(child));
  return child;
}

/**
 * The next message of the process.
 * @param {ChildProcess} child
 * @param {string} name for the error
 * @param {number} [timeout] in milliseconds
 * @throws {Error} when it ends before, or takes longer
 */
export async function messageOf(child, name, timeout = START_TIMEOUT) {
  const abandoned = new AbortController();
  const signal = AbortSignal.any([abandoned.signal, AbortSignal.timeout(timeout)]);
  const ended = once(child, 'exit', { signal }).then(([code, by]) => {
    throw new Error(`The ${name} ended (${by ?? `exit code ${code}`})`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended]);
    return message;
  } catch (error) {
    throw error.name === 'AbortError' ? new Error(`The ${name} did not answer within ${timeout / 1_000} s`) : error;
  } finally {
    abandoned.abort();
  }
}

/** @param {ChildProcess} child */
export async function stopProcess(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
  await ended;
  clearTimeout(timer);
}

/**
 * Seconds that the threads of a process, and those of its children, have worked so far.
 * @param {number} pid
 * @returns {Promise<number | undefined>} undefined where the system has no `/proc`
 */
export async function processorTime(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
    const times = await Promise.all(children.split(' ').filter(Boolean).map(processorTime));
    // The name before the bracket may itself hold blanks; user and system time are the 14th and 15th field of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const own = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
    return times.reduce((total, time) => total + (time ?? 0), own);
  } catch {
    return undefined;
  }
}
