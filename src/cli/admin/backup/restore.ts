import { stat } from 'node:fs/promises';
import type { Client } from 'pg';
import { MIGRATIONS } from '../../../core/database/migrations.js';
import { migrate } from '../../../core/database/migrator.js';
import { migrateQueue } from '../../../core/queue/queue-migrations.js';
import { OperatorError } from '../explain-verb.js';
import type { Progress } from '../../progress.js';
import { ARCHIVE_MAGIC, migrationsInArchive, readArchive } from './read-archive.js';
import { restoreRows } from './restore-rows.js';
import { makeRoom } from './room.js';
import { parseHeader } from './rows-format.js';
import { currentSchema, refuseNewer } from './tables.js';

interface RestoreParts {
  file: string;
  /** The first bytes of the file. */
  start: Buffer;
  /** Of the database that the client is connected to. */
  url: string;
  mayReplace: boolean;
  progress: Progress;
  signal: AbortSignal;
}

/** @returns what has become of it, in a sentence */
export async function restore(client: Client, parts: RestoreParts): Promise<string> {
  const { file, start, url, mayReplace, progress, signal } = parts;
  const schema = await currentSchema(client);
  const isArchive = start.subarray(0, ARCHIVE_MAGIC.length).toString() === ARCHIVE_MAGIC;
  const migrations = isArchive ? await migrationsInArchive(file, schema) : migrationsOfRows(file, start);
  refuseNewer('The backup', migrations);
  const clear = await makeRoom(client, schema, mayReplace);

  if (isArchive) await readArchive(file, { databaseUrl: url, schema, clear, signal });
  else {
    progress.begin(file, (await stat(file)).size);
    await restoreRows(file, { databaseUrl: url, migrations, clear, progress, signal });
  }
  const upgrades = await migrate(url, MIGRATIONS, migrateQueue);
  // Until PostgreSQL looks at the tables by itself, it would plan as for empty ones.
  await client.query('ANALYZE');
  return `Restored ${await contentsOf(client)}${upgrades.length > 0 ? `; run since: ${upgrades.join(', ')}` : ''}.`;
}

function migrationsOfRows(file: string, start: Buffer): string[] {
  const line = jsonOf(start.toString('utf8').split('\n', 1)[0] ?? '');
  const header = parseHeader(line);
  if (header) return header.migrations;
  const isExport = (line as { format?: unknown } | undefined)?.format === 'broadsheet';
  throw new OperatorError(isExport ? `${file} is an export; import reads it` : `${file} is no backup of Broadsheet`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function contentsOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ text: string }>(`
    SELECT format('%s accounts, %s posts and %s mails, of which %s are owed',
      (SELECT count(*) FROM users), (SELECT count(*) FROM posts), count(*),
      count(*) FILTER (WHERE state IN ('pending', 'sending'))) AS text FROM emails`);
  return rows[0]?.text ?? '';
}
