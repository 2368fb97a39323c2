import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Client } from 'pg';
import { findDatabase, interruption } from '../support/operator-database.js';
import { withClient } from '../support/with-client.js';
import { OperatorError } from './explain-verb.js';
import { Progress } from '../progress.js';

const NOTES = `
Stop the API and the workers first. FILE is what backup has written: an archive of pg_dump, for which pg_restore and psql
have to be on the PATH, or rows. What an export has written is for import.

The database has to be empty, or --replace has to be given: then everything that Broadsheet has in it goes. Either all of
it is restored or nothing is changed: it is one transaction. Afterwards the schema is brought up to date; a backup of an
older version is upgraded thereby, and one of a newer version is refused.

It is as it was at the time of the backup. Mails that were sent by then are not sent again, mails that were owed then are,
those included that were sent later, with the same Message-ID. Sessions and passwords are those of that time, too, so that
what was signed out or changed since is as before. Sessions go on if SECRET_KEY is the same.

In containers, with the processes stopped:
  docker compose run --rm -v "$PWD:/backup:ro" api node dist/src/cli/admin.js restore /backup/backup.ndjson
and for an archive of pg_dump, into an empty database:
  docker compose exec -T postgres pg_restore -U broadsheet -d broadsheet --schema=public -1 < backup.dump
  docker compose run --rm migrate`;

export const restoreVerb = (): Command =>
  new Command('restore')
    .description('put back what backup has written')
    .argument('<file>', 'a backup')
    .option('--replace', 'into a database that is not empty: what is there goes')
    .addHelpText('after', NOTES)
    .action(async (file: string, { replace = false }: { replace?: true | false }) =>
      restoreFrom(resolve(file), replace),
    );

async function restoreFrom(file: string, mayReplace: boolean): Promise<void> {
  // Before any database is looked for, so that a wrong file is told at once.
  const start = await startOf(file);
  const signal = interruption();
  const progress = new Progress();
  const { settings, release } = await findDatabase({ demoData: false });
  try {
    const { restore } = await import('./backup/restore.js');
    const url = settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL;
    const summary = await withClient(settings, async (client: Client) =>
      restore(client, { file, start, url, mayReplace, progress, signal }),
    );
    process.stdout.write(`${summary}\n`);
  } finally {
    progress.stop();
    await release();
  }
}

/** A header with all migrations is shorter by far, in bytes. */
const START = 65_536;

/** What tells the one format from the other. */
async function startOf(path: string): Promise<Buffer> {
  if (!(await stat(path)).isFile()) throw new OperatorError(`${path} is no file`);
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
