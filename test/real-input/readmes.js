import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every `README.md` below a directory, as text. Files that are not UTF-8 are left out: JSON cannot carry them.
 * @param {string} directory
 * @returns {Promise<{ path: string, text: string }[]>} in the order of their paths
 */
export async function readReadmes(directory) {
  const entries = await readdir(directory, { recursive: true });
  const paths = entries.filter((path) => /(^|[/\\])README\.md$/.test(path)).sort();
  const files = await Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(join(directory, path)) })));
  return files
    .map(({ path, bytes }) => ({ path, text: bytes.toString('utf8'), bytes }))
    .filter(({ text, bytes }) => Buffer.from(text).equals(bytes))
    .map(({ path, text }) => ({ path, text }));
}
