import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { ProgramUser } from './program.js';
import { runProgram } from './program.js';

const PRINT_FIRST_BLOCKED =
  'for path; do [ -e "$path" ] || exit 0; [ -x "$path" ] || { printf %s "$path"; exit 0; }; done';

/** The path with its links resolved as far as it exists; the rest is kept as it is. */
export async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) {
      throw error;
    }
    return join(await resolveLinks(parent), basename(path));
  }
}

/**
 * The first part of a path that exists but that this user cannot enter (or, at its end, execute); undefined when none.
 * It lets the system decide, because mode bits alone say nothing about access lists.
 */
export async function findBlockedPath(path: string, user: ProgramUser): Promise<string | undefined> {
  const { output } = await runProgram('/bin/sh', ['-c', PRINT_FIRST_BLOCKED, 'sh', ...withAncestors(path)], { user });
  return output === '' ? undefined : output;
}

function withAncestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withAncestors(parent), path];
}
