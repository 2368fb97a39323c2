import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProgramUser {
  uid: number;
  gid: number;
}

interface ProgramOptions {
  /** Whom the program runs as; the current user when left out. */
  user?: ProgramUser | undefined;
  /** Working directory; that of the program when left out. */
  directory?: string;
}

interface ProgramResult {
  succeeded: boolean;
  output: string;
  errorOutput: string;
}

const LATE_OUTPUT_MILLISECONDS = 200;

// Variables such as PGDATA or PGPORT would change what PostgreSQL does, so children get only what they need to run.
const INHERITED_VARIABLES = ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE'];

/** Runs a program to its end. Never rejects: a program that cannot be started is one that did not succeed. */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  try {
    return await runToEnd(program, parameters, options);
  } catch (error) {
    return { succeeded: false, output: '', errorOutput: (error as Error).message };
  }
}

async function runToEnd(
  program: string,
  parameters: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const child = spawn(program, parameters, {
    ...options.user,
    cwd: options.directory ?? dirname(program),
    env: childEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // An own session keeps Ctrl-C from reaching it; Windows would open a console window instead.
    detached: process.platform !== 'win32',
  });
  const output = collect(child.stdout);
  const errorOutput = collect(child.stderr);
  const closed = once(child, 'close');
  const [exitCode] = (await Promise.race([once(child, 'exit'), closed])) as [number | null];

  // On Windows a server that outlives pg_ctl inherits these pipes and would hold them, and Node, open.
  await Promise.race([closed, sleep(LATE_OUTPUT_MILLISECONDS, undefined, { ref: false })]);
  child.stdout.destroy();
  child.stderr.destroy();
  return { succeeded: exitCode === 0, output: output(), errorOutput: errorOutput() };
}

function collect(stream: Readable): () => string {
  let collected = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    collected += chunk;
  });
  return () => collected;
}

function childEnvironment(): NodeJS.ProcessEnv {
  const inherited = INHERITED_VARIABLES.filter((name) => process.env[name] !== undefined);
  return {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    PATH: searchPath(),
    LC_ALL: 'C',
  };
}

function searchPath(): string {
  const inherited = process.env['PATH'] ?? '';
  // A root shell opened with a plain "su" lacks the folders that hold useradd.
  return process.platform === 'win32' ? inherited : [inherited, '/usr/sbin', '/sbin'].join(delimiter);
}
