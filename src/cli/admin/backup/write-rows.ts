import { escapeIdentifier, type ClientBase } from 'pg';
import { ofOneMoment, pagesOf } from '../archive/snapshot.js';
import type { Progress } from '../../progress.js';
import { backupHeader, endLine, rowLine } from './rows-format.js';
import { MIGRATIONS_TABLE, appliedMigrations } from '../../support/applied-migrations.js';
import { tablesInOrder } from './tables.js';

interface RowsOptions {
  /** Stops between two pages, with its reason as the error. */
  signal: AbortSignal;
  progress: Progress;
}

/** Every row of every table as lines, of one moment, a page at a time. */
export function backupLines(client: ClientBase, { signal, progress }: RowsOptions): AsyncGenerator<string> {
  return ofOneMoment(client, async function* () {
    yield `${backupHeader(new Date(), await appliedMigrations(client))}\n`;
    let total = 0;
    for (const table of await tablesInOrder(client)) {
      if (table === MIGRATIONS_TABLE) continue;
      const from = escapeIdentifier(table);
      const { rows: counted } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`);
      progress.begin(table.replaceAll('_', ' '), counted[0]?.count ?? 0);
      const query = `SELECT row_to_json(line)::text AS row FROM ${from} AS line`;
      for await (const rows of pagesOf<{ row: string }>(client, query, signal)) {
        yield rows.map(({ row }) => `${rowLine(table, row)}\n`).join('');
        progress.advance(rows.length);
        total += rows.length;
      }
      progress.end();
    }
    yield `${endLine(total)}\n`;
  });
}
