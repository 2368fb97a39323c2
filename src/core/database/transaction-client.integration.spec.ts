import { Client, type QueryResult } from 'pg';
import { TestDatabase } from '../../../test/support/test-database.js';
import { TransactionClient } from './transaction-client.js';

const LIMITS = "SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock";
/** What it would do without its own. */
const plainQuery = Reflect.get(Client.prototype, 'query') as (text: string) => Promise<QueryResult>;
const IN_FORCE = { statement: '300ms', lock: '50ms' };

describe('TransactionClient', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await TestDatabase.create();
    await database.rows('CREATE TABLE notes (text text UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  });

  beforeEach(async () => {
    await database.rows('TRUNCATE notes');
    client = new TransactionClient({ connectionString: database.url, statement_timeout: 300, lock_timeout: 50 });
    await client.connect();
  });

  afterEach(() => client.end());
  afterAll(() => database.drop());

  const limits = async (): Promise<unknown> => (await client.query(LIMITS)).rows[0];
  /** As a pooler, and whoever gets the session next, finds it. */
  const limitsOfSession = async (): Promise<unknown> => (await plainQuery.call(client, LIMITS)).rows[0];
  const stored = async (): Promise<unknown[]> => database.rows('SELECT text FROM notes');

  it('limits what runs by itself and what runs in a transaction, and leaves nothing behind', async () => {
    expect(await limits()).toEqual(IN_FORCE);
    expect(await limitsOfSession()).toEqual({ statement: '0', lock: '0' });
    for (const beginning of ['BEGIN', 'START TRANSACTION']) {
      await client.query(beginning);
      expect(await limits()).toEqual(IN_FORCE);
      await client.query('COMMIT');
      expect(await limitsOfSession()).toEqual({ statement: '0', lock: '0' });
    }
  });

  it('ends a statement that takes too long, and a wait for a lock, and goes on', async () => {
    await expect(client.query('SELECT pg_sleep(20)')).rejects.toMatchObject({ code: '57014' });
    await database.rows('BEGIN');
    await database.rows('LOCK TABLE notes');
    await expect(client.query('INSERT INTO notes VALUES ($1)', ['waits'])).rejects.toMatchObject({ code: '55P03' });
    await database.rows('ROLLBACK');
    expect(client.getTransactionStatus()).toBe('I');
    await client.query('INSERT INTO notes VALUES ($1)', ['goes on']);
    expect(await stored()).toEqual([{ text: 'goes on' }]);
  });

  it('calls nothing done that fails at its commit', async () => {
    await database.rows("INSERT INTO notes VALUES ('twice')");
    await expect(client.query('INSERT INTO notes VALUES ($1)', ['twice'])).rejects.toMatchObject({ code: '23505' });
    expect(await stored()).toHaveLength(1);
  });

  it('takes back a transaction in which a statement fails', async () => {
    await client.query('START TRANSACTION');
    await client.query('INSERT INTO notes VALUES ($1)', ['lost']);
    await expect(client.query('SELECT nothing FROM nowhere')).rejects.toMatchObject({ code: '42P01' });
    await client.query('ROLLBACK');
    expect(await stored()).toEqual([]);
  });

  it('answers by callbacks, too, in the order of the statements', async () => {
    const answers = await Promise.all(
      ['a', 'b', 'nowhere.c'].map(
        (what) =>
          new Promise((resolve) =>
            client.query(what.includes('.') ? `SELECT ${what}` : `SELECT '${what}' AS what`, (error, result) =>
              resolve(error ? (error as { code?: string }).code : result.rows),
            ),
          ),
      ),
    );
    expect(answers).toEqual([[{ what: 'a' }], [{ what: 'b' }], '42P01']);
  });

  it('tells every statement of a connection that breaks', async () => {
    client.on('error', () => undefined);
    const [{ pid } = { pid: 0 }] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
    const [running] = await Promise.allSettled([
      client.query('SELECT pg_sleep(20)'),
      database.rows('SELECT pg_terminate_backend($1)', [pid]),
    ]);
    expect(running).toMatchObject({ status: 'rejected', reason: { code: '57P01' } });
    await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
  });
});
