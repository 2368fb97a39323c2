import { once } from 'node:events';
import { escapeIdentifier } from 'pg';
import { OperatorError } from '../explain-verb.js';
import { majorVersionOf, RunningProgram, textOf } from './postgres-programs.js';
import { MIGRATIONS_TABLE } from '../../support/applied-migrations.js';

/** What every archive of pg_dump in its custom format begins with. */
export const ARCHIVE_MAGIC = 'PGDMP';

/** A line of the contents: `215; 1259 16389 TABLE public migrations broadsheet`. */
const MIGRATIONS_ENTRY = new RegExp(`^\\d+; \\d+ \\d+ TABLE (\\S+) ${MIGRATIONS_TABLE} `, 'm');

/**
 * The migrations that the schema in the archive has had.
 * @throws OperatorError where it cannot be read, or is none of Broadsheet in this schema
 */
export async function migrationsInArchive(file: string, schema: string): Promise<string[]> {
  for (const program of ['pg_restore', 'psql'] as const)
    if ((await majorVersionOf(program)) === undefined)
      throw new OperatorError(`${file} is an archive of pg_dump, and ${program} is not on the PATH`);
  const contents = await textOf(new RunningProgram('pg_restore', ['--list', file]).output());
  const found = MIGRATIONS_ENTRY.exec(contents)?.[1];
  if (found === undefined) throw new OperatorError(`${file} is an archive of something else`);
  if (found !== schema)
    throw new OperatorError(`${file} is of the schema "${found}", and DATABASE_URL leads to "${schema}"`);
  const rows = ['--data-only', `--table=${MIGRATIONS_TABLE}`, '--file=-', file];
  return namesIn(await textOf(new RunningProgram('pg_restore', rows).output()));
}

/** The last column of what stands between COPY and `\.`: https://www.postgresql.org/docs/current/sql-copy.html */
function namesIn(script: string): string[] {
  const [, rows = ''] = /^COPY [^\n]*name\) FROM stdin;\n([\s\S]*?)^\\\.$/m.exec(script) ?? [];
  return rows
    .split('\n')
    .filter((row) => row !== '')
    .map((row) => row.split('\t').at(-1) ?? '');
}

interface ArchiveTarget {
  databaseUrl: string;
  schema: string;
  /** What makes room, in the same transaction. */
  clear: string;
  signal: AbortSignal;
}

/** All of it in one transaction, together with what makes room for it: when anything fails, everything is as it was. */
export async function readArchive(file: string, { databaseUrl, schema, clear, signal }: ArchiveTarget): Promise<void> {
  const selected = [`--schema=${schema}`, '--no-owner', '--no-privileges', '--file=-', file];
  const psql = new RunningProgram('psql', ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', '--no-password'], {
    databaseUrl,
    signal,
  });
  // However it ends, psql is gone then, and what was not committed with it.
  try {
    const ended = psql.end();
    ended.catch(() => undefined);
    psql.input.write(`BEGIN;\nSET LOCAL search_path TO ${escapeIdentifier(schema)};\n${clear}\n`);
    for await (const chunk of new RunningProgram('pg_restore', selected, { signal }).output()) {
      if (psql.input.write(chunk)) continue;
      await Promise.race([once(psql.input, 'drain'), ended]);
    }
    // Only now is it known to be whole.
    psql.input.end('COMMIT;\n');
    await ended;
  } finally {
    psql.kill();
  }
}
