import { readFile } from 'node:fs/promises';

/**
 * The most memory that a process has had at a time.
 * @param {number} pid
 * @returns {Promise<number | undefined>} megabytes; undefined where the system does not tell
 */
export async function peakMemory(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  return kilobytes && Number(kilobytes) / 1_024;
}
