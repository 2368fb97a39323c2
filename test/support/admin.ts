import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

/** The command as an operator gives it, with nothing of the surroundings but the path. */
export function startAdmin(database: { url: string }, args: string[], more: NodeJS.ProcessEnv = {}): ChildProcess {
  const env = { PATH: process.env['PATH'], NODE_ENV: 'test', DATABASE_URL: database.url, BCRYPT_COST: '4', ...more };
  return spawn(process.execPath, ['dist/src/cli/admin.js', ...args], { env });
}

export async function admin(
  database: { url: string },
  args: string[],
  input = '',
  more: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const child = startAdmin(database, args, more);
  const outcome: Outcome = { code: null, out: '', err: '' };
  // Decoded as a whole: a chunk may end in the middle of a character.
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (outcome.out += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (outcome.err += chunk));
  // A program that refuses its arguments ends without having read anything.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  await once(child, 'close');
  return { ...outcome, code: child.exitCode };
}
