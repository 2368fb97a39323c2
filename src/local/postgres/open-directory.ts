import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from './program.js';

/** Where root keeps what the user of the server has to reach when the checkout is closed to it. */
const OPEN_DIRECTORY = '/var/lib/broadsheet';
/** Others may pass through, but not list what else is there. */
const PASSABLE = 0o711;

/**
 * A new directory that every user can pass through.
 * Throws the error of the system where root may not write there either.
 */
export async function makeOpenDirectory(prefix: string): Promise<string> {
  await mkdir(OPEN_DIRECTORY, { recursive: true, mode: PASSABLE });
  return mkdtemp(join(OPEN_DIRECTORY, prefix));
}

/**
 * A copy of a directory that every user can read and run; made once for a name.
 * Throws an error that says in one line why there is none.
 */
export async function openCopy(source: string, name: string): Promise<string> {
  const copy = join(OPEN_DIRECTORY, name);
  if (await exists(copy)) return copy;
  const unfinished = await makeOpenDirectory(`${name}.unfinished-`);
  try {
    await run('cp', ['-RL', `${source}/.`, unfinished]);
    // The mask of root may have taken away what others need.
    await run('chmod', ['-R', 'a+rX', unfinished]);
    await rename(unfinished, copy);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another launcher may have been faster.
    if (!(await exists(copy))) throw error;
  }
  return copy;
}

async function run(program: string, parameters: string[]): Promise<void> {
  const { succeeded, errorOutput } = await runProgram(program, parameters);
  if (!succeeded) throw new Error(errorOutput.trim().replaceAll(/\s*\n\s*/g, ', '));
}

const exists = async (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
