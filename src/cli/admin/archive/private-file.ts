import { createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../explain-verb.js';

/** Only for whoever runs the command: hashes and addresses are in it. */
const MODE = 0o600;

/**
 * A device or a directory would be replaced, or not, only after everything was written.
 * @throws OperatorError
 */
export async function checkReplaceable(path: string): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (present && !present.isFile()) throw new OperatorError(`${path} is no file; for standard output there is -`);
}

/** Writes beside the file and gives it its name at the end, so that under that name there is a whole one or none. */
export async function writePrivateFile(path: string, content: Readable): Promise<void> {
  const partial = `${path}.partial`;
  // What an interrupted run left may have another mode, or be a link.
  await rm(partial, { force: true });
  try {
    await pipeline(content, createWriteStream(partial, { flags: 'wx', mode: MODE }));
    await synchronize(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Otherwise a power cut could leave the name with nothing behind it. */
async function synchronize(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
