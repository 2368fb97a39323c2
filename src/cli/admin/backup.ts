import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import type { Client } from 'pg';
import { appliedMigrations } from '../support/applied-migrations.js';
import { findDatabase, interruption } from '../support/operator-database.js';
import { withClient } from '../support/with-client.js';
import { checkReplaceable, writePrivateFile } from './archive/private-file.js';
import { OperatorError } from './explain-verb.js';
import { Progress } from '../progress.js';

interface BackupVerbOptions {
  force?: true;
  rows?: true;
}

const NOTES = `
Everything is in it, as of one moment and while the server goes on: accounts, posts, sessions, mails sent and owed, events,
the audit trail. Jobs of the queue are not: the workers make them again from the mails that are owed. SECRET_KEY and
JWT_PRIVATE_KEY are in no database: keep them elsewhere, since sessions and links in mails are void without them.

Where pg_dump is on the PATH, and not older than the server, it writes the file (in its custom format, which pg_restore
reads, too). Otherwise, and with --rows, every row becomes a line of JSON; such a file needs nothing but Node, and takes
more time and room. "restore" reads both.

The file is readable by you alone, since it has addresses and password hashes. It is written as FILE.partial and renamed
at the end, so that under its name there is a whole one or none. For standard output:
  npm run --silent admin -- backup - | age -r … > backup.age

In containers, whose image has no pg_dump, the rows come out of
  docker compose run --rm -T api node dist/src/cli/admin.js backup - > backup.ndjson
and an archive of pg_dump out of that of PostgreSQL:
  docker compose exec -T postgres pg_dump -U broadsheet -Fc --schema=public broadsheet > backup.dump`;

export const backupVerb = (): Command =>
  new Command('backup')
    .description('write the whole database to a file')
    .argument('<file>', 'where to, such as broadsheet.backup; - is standard output')
    .option('--force', 'replace a file that is there')
    .option('--rows', 'as lines of JSON, even where pg_dump could be used')
    .addHelpText('after', NOTES)
    .action(async (file: string, options: BackupVerbOptions) => backupTo(file, options));

async function backupTo(file: string, { force, rows }: BackupVerbOptions): Promise<void> {
  if (file !== '-') await checkFree(file, force === true);
  const signal = interruption();
  const progress = new Progress();
  const { settings, release } = await findDatabase({ demoData: false });
  try {
    await withClient(settings, async (client) => {
      const url = settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL;
      const { content, by } = await contentOf(client, { url, rows: rows === true, progress, signal });
      const bytes = Readable.from(content, { objectMode: false });
      if (file === '-') return pipeline(bytes, process.stdout, { end: false });
      await writePrivateFile(file, bytes);
      process.stdout.write(`Written ${file}: ${megabytes((await stat(file)).size)} MB, ${by}.\n`);
    });
  } finally {
    progress.stop();
    await release();
  }
}

async function checkFree(file: string, mayReplace: boolean): Promise<void> {
  await checkReplaceable(file);
  if (!mayReplace && (await stat(file).catch(() => undefined)))
    throw new OperatorError(`${file} is there already; --force replaces it`);
}

interface ContentParts {
  url: string;
  rows: boolean;
  progress: Progress;
  signal: AbortSignal;
}

async function contentOf(client: Client, { url, rows, progress, signal }: ContentParts) {
  // Only now, as they have to know all tables, which takes time to load.
  const [{ archiveOf, reasonAgainstArchive }, { backupLines }, { currentSchema }] = await Promise.all([
    import('./backup/write-archive.js'),
    import('./backup/write-rows.js'),
    import('./backup/tables.js'),
  ]);
  if ((await appliedMigrations(client)).length === 0)
    throw new OperatorError('The database has no schema of Broadsheet; there is nothing to back up');
  const reason = rows ? 'as --rows says' : await reasonAgainstArchive(url, await serverMajor(client));
  if (reason === undefined) return { content: archiveOf(url, await currentSchema(client), signal), by: 'by pg_dump' };
  return { content: backupLines(client, { progress, signal }), by: `as rows (${reason})` };
}

async function serverMajor(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  return Math.floor((rows[0]?.version ?? 0) / 10_000);
}

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
