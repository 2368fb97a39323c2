import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { PostgresBinaries } from './postgres-binaries.js';
import type { ProgramUser } from './program.js';
import { runProgram } from './program.js';
import type { RunningProcess } from './running-process.js';
import { findRunningProcess } from './running-process.js';

export interface Postmaster {
  pid: number;
  port: number;
}

export interface PostmasterControl {
  binaries: PostgresBinaries;
  data: string;
  user: ProgramUser | undefined;
}

const START_SECONDS = 120;
const FAST_STOP_SECONDS = 25;
const IMMEDIATE_STOP_SECONDS = 5;

/** The running server of this data directory, whether or not it accepts connections yet. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const recorded = await readPidFile(data);
  if (recorded === undefined) {
    return undefined;
  }
  const found = await findRunningProcess(recorded.pid);
  return found !== undefined && isServerOf(found, data) ? recorded : undefined;
}

/**
 * Removes the pid file of a server that no longer runs. The server itself would ask only whether some process has that
 * pid, and refuse to start because of a zombie or of another program that has got it meanwhile. Should processes of
 * the dead server be left, a new one still notices them by their shared memory.
 */
export async function removeStalePidFile(data: string): Promise<void> {
  if ((await findPostmaster(data)) === undefined) {
    await rm(pidFile(data), { force: true });
  }
}

/** Starts the server in a session of its own and waits until it accepts connections. */
export async function startPostmaster(
  { binaries, data, user }: PostmasterControl,
  log: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ succeeded: boolean; errorOutput: string }> {
  const serverOptions = Object.entries(settings).map(([name, value]) => `-c ${quoteForShell(`${name}=${value}`)}`);
  return runProgram(
    binaries.pg_ctl,
    ['start', '-D', data, '-l', log, '-w', '-t', String(START_SECONDS), '-s', '-o', serverOptions.join(' ')],
    { user },
  );
}

/** Stops the server if it runs, within 30 seconds. False when it would not stop. */
export async function stopPostmaster(control: PostmasterControl): Promise<boolean> {
  return (
    (await requestStop(control, 'fast', FAST_STOP_SECONDS)) ||
    (await requestStop(control, 'immediate', IMMEDIATE_STOP_SECONDS))
  );
}

async function requestStop(
  { binaries, data, user }: PostmasterControl,
  mode: 'fast' | 'immediate',
  seconds: number,
): Promise<boolean> {
  // pg_ctl signals whatever process has the recorded pid.
  if ((await findPostmaster(data)) === undefined) {
    return true;
  }
  await runProgram(binaries.pg_ctl, ['stop', '-D', data, '-m', mode, '-w', '-t', String(seconds), '-s'], { user });
  return (await findPostmaster(data)) === undefined;
}

async function readPidFile(data: string): Promise<Postmaster | undefined> {
  const content = await readFile(pidFile(data), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return '';
    }
    throw error;
  });
  const [pid = 0, , , port = 0] = content.split('\n').map(Number);
  // A server in single-user mode records its pid as a negative number.
  return pid !== 0 && port > 0 ? { pid: Math.abs(pid), port } : undefined;
}

function pidFile(data: string): string {
  return join(data, 'postmaster.pid');
}

function isServerOf({ command }: RunningProcess, data: string): boolean {
  if (command === undefined) {
    return true;
  }
  return process.platform === 'win32' ? /^postgres/i.test(command) : `${command} `.includes(` -D ${data} `);
}

function quoteForShell(argument: string): string {
  return process.platform === 'win32'
    ? `"${argument.replaceAll('"', '\\"')}"`
    : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
