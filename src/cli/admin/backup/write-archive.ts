import { escapeIdentifier } from 'pg';
import { canVerify, majorVersionOf, RunningProgram } from './postgres-programs.js';

/** So long pg_dump waits for a table that somebody is changing. */
const LOCK_WAIT = '30s';

/** @returns undefined where pg_dump can be used, or else the reason why not */
export async function reasonAgainstArchive(databaseUrl: string, serverMajor: number): Promise<string | undefined> {
  const major = await majorVersionOf('pg_dump');
  if (major === undefined) return 'pg_dump is not on the PATH';
  // It refuses servers that are newer than itself.
  if (major < serverMajor) return `pg_dump ${major} is older than PostgreSQL ${serverMajor}`;
  return canVerify(databaseUrl, major) ? undefined : `pg_dump ${major} cannot verify the server without sslrootcert`;
}

/** The schema with everything in it, in pg_dump's custom format. The queue is in another schema: its jobs follow from the mails. */
export function archiveOf(databaseUrl: string, schema: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const args = [
    '--format=custom',
    `--schema=${escapeIdentifier(schema)}`,
    `--lock-wait-timeout=${LOCK_WAIT}`,
    '--no-password',
  ];
  return new RunningProgram('pg_dump', args, { databaseUrl, signal }).output();
}
