import { chown, rename, rm, writeFile } from 'node:fs/promises';

import type { ProgramUser } from './program.js';

/** Writes a file that only its user can read. It appears whole or not at all, even when the disk is full. */
export async function writePrivateFile(file: string, content: string, user: ProgramUser | undefined): Promise<void> {
  const draft = `${file}.draft`;
  await rm(draft, { force: true });
  await writeFile(draft, content, { mode: 0o600 });
  if (user !== undefined) {
    await chown(draft, user.uid, user.gid);
  }
  await rename(draft, file);
}
