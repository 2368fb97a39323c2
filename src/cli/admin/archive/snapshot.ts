import type { ClientBase } from 'pg';

/** What a generator reads through the client is of one moment; the transaction ends with the iteration, however that ends. */
export async function* ofOneMoment<T>(client: ClientBase, read: () => AsyncGenerator<T>): AsyncGenerator<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // A database may have limits of its own, which are meant for requests.
  await client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
  try {
    yield* read();
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Rows that are held at a time; a post may have some 800 kB. */
const PAGE = 100;

/**
 * The rows of a query, a page at a time, inside a transaction.
 * @param signal stops between two pages, with its reason as the error
 */
export async function* pagesOf<Row extends object>(
  client: ClientBase,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<Row[]> {
  // PostgreSQL plans a cursor for its first rows, which means along the index and without a sort of everything.
  await client.query(`DECLARE pages NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await client.query<Row>(`FETCH ${PAGE} FROM pages`);
    if (rows.length === 0) break;
    yield rows;
  }
  await client.query('CLOSE pages');
}
