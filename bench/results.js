import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

/**
 * @param {string} kind what was measured, to begin the name with
 * @param {Date} startedAt
 * @param {object} content
 * @returns {Promise<string>} the file
 */
export async function writeResults(kind, startedAt, content) {
  const file = join(RESULTS, `${kind}${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify({ startedAt, ...content }, null, 2)}\n`);
  return file;
}

/**
 * Where the servers print to, so that it does not stand between the lines of the benchmark; that of the last run alone.
 * @param {import('./cleanup.js').Cleanup} cleanup
 * @returns {Promise<{ file: string, output: number }>}
 */
export async function openServerLog(cleanup) {
  const file = join(RESULTS, 'servers.log');
  const handle = await open(file, 'w');
  cleanup.defer(() => handle.close());
  return { file, output: handle.fd };
}
