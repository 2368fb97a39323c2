import { open, readFile } from 'node:fs/promises';

import type { ProgramUser } from './program.js';

const LIMIT_BYTES = 10 * 1024 * 1024;
const COMPLAINT = /\b(?:error|fatal|panic):|could not bind/i;
const NOISE = /^(?:hint|detail):|child process exited|removing (?:data directory|contents)|examine the log/i;
const TIMESTAMP_AND_PID = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[\d+\] /;

/** Makes the log writable for the user of the server, emptied when it has grown over 10 MiB. Returns its size in bytes. */
export async function prepareServerLog(file: string, user: ProgramUser | undefined): Promise<number> {
  const log = await open(file, 'a', 0o600);
  try {
    const { size } = await log.stat();
    if (user !== undefined) {
      await log.chown(user.uid, user.gid);
    }
    if (size <= LIMIT_BYTES) {
      return size;
    }
    await log.truncate();
    return 0;
  } finally {
    await log.close();
  }
}

/** What was logged after the given number of bytes. */
export async function readServerLog(file: string, offset: number): Promise<string> {
  return (await readFile(file)).subarray(offset).toString();
}

/** The line of a program's output that best says why it failed: later complaints are often mere consequences. */
export function lastUsefulLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim().replace(TIMESTAMP_AND_PID, ''))
    .filter((line) => line !== '' && !NOISE.test(line));
  return lines.find((line) => COMPLAINT.test(line)) ?? lines.at(-1) ?? '';
}
