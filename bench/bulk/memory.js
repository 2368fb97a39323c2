import { readFile } from 'node:fs/promises';

/**
 * The most memory that a process has had at a time.
 * @param {number} pid
 * @returns {Promise<number | undefined>} megabytes; undefined where the system does not tell
 */
export const peakMemory = (pid) => memory(pid, 'VmHWM');

/**
 * The memory that a process has at the moment.
 * @param {number} pid
 * @returns {Promise<number | undefined>} megabytes; undefined where the system does not tell
 */
export const residentMemory = (pid) => memory(pid, 'VmRSS');

/**
 * @param {number} pid
 * @param {'VmHWM' | 'VmRSS'} name of the line, see proc_pid_status(5)
 */
async function memory(pid, name) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const line = status.split('\n').find((one) => one.startsWith(`${name}:`));
  return line && Number.parseInt(line.slice(name.length + 1), 10) / 1_024;
}
