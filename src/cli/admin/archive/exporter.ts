import type { ClientBase } from 'pg';
import { headerLine } from './header.js';
import { columnOf, RECORD_KINDS, type RecordKind } from './record-kinds.js';
import { ofOneMoment, pagesOf } from './snapshot.js';
import type { Progress } from '../../progress.js';

export interface ExportOptions {
  passwords: boolean;
  /** Stops between two pages, with its reason as the error. */
  signal: AbortSignal;
  progress: Progress;
}

/** All rows as lines, of one moment, a page at a time. */
export function exportedLines(client: ClientBase, options: ExportOptions): AsyncGenerator<string> {
  return ofOneMoment(client, async function* () {
    yield `${headerLine(new Date())}\n`;
    for (const kind of RECORD_KINDS) yield* linesOf(client, kind, options);
  });
}

async function* linesOf(client: ClientBase, kind: RecordKind, options: ExportOptions): AsyncGenerator<string> {
  const { passwords, signal, progress } = options;
  const members = Object.keys(kind.schema.shape).filter((member) => passwords || member !== 'passwordHash');
  const columns = members.map((member) => `${columnOf(member)} AS "${member}"`).join(', ');
  const { rows: counted } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${kind.table}`);
  progress.begin(kind.plural, counted[0]?.count ?? 0);
  const query = `SELECT ${columns} FROM ${kind.table} ORDER BY ${kind.order}`;
  for await (const rows of pagesOf(client, query, signal)) {
    yield rows.map((row) => `${JSON.stringify({ type: kind.type, ...row })}\n`).join('');
    progress.advance(rows.length);
  }
  progress.end();
}
