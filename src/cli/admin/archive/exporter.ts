import type { ClientBase } from 'pg';
import { headerLine } from './header.js';
import { columnOf, RECORD_KINDS, type RecordKind } from './record-kinds.js';
import type { Progress } from '../progress.js';

/** Rows that are held at a time; a post may have some 800 kB. */
const PAGE = 100;

export interface ExportOptions {
  passwords: boolean;
  /** Stops between two pages, with its reason as the error. */
  signal: AbortSignal;
  progress: Progress;
}

/** All rows as lines, of one moment, a page at a time; the transaction ends with the iteration, however that ends. */
export async function* exportedLines(client: ClientBase, options: ExportOptions): AsyncGenerator<string> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // A database may have limits of its own, which are meant for requests.
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
  try {
    yield `${headerLine(new Date())}\n`;
    for (const kind of RECORD_KINDS) yield* linesOf(client, kind, options);
  } finally {
    await client.query('ROLLBACK');
  }
}

async function* linesOf(client: ClientBase, kind: RecordKind, options: ExportOptions): AsyncGenerator<string> {
  const { passwords, signal, progress } = options;
  const members = Object.keys(kind.schema.shape).filter((member) => passwords || member !== 'passwordHash');
  const columns = members.map((member) => `${columnOf(member)} AS "${member}"`).join(', ');
  const { rows: counted } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${kind.table}`);
  progress.begin(kind.plural, counted[0]?.count ?? 0);

  // PostgreSQL plans a cursor for its first rows, which means along the index and without a sort of everything.
  await client.query(`DECLARE lines NO SCROLL CURSOR FOR SELECT ${columns} FROM ${kind.table} ORDER BY ${kind.order}`);
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<object>(`FETCH ${PAGE} FROM lines`);
    if (rows.length === 0) break;
    yield rows.map((row) => `${JSON.stringify({ type: kind.type, ...row })}\n`).join('');
    progress.advance(rows.length);
  }
  await client.query('CLOSE lines');
  progress.end();
}
