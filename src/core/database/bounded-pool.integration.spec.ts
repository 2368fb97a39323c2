import type { PoolClient } from 'pg';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { TestDatabase } from '../../../test/support/test-database.js';
import { runInContext } from '../context/request-context.js';
import { BoundedClient } from './bounded-client.js';
import { BoundedPool } from './bounded-pool.js';

const OPTIONS = { query_timeout: 10_000, connectionTimeoutMillis: 4_000 };

const release = async (client: Promise<PoolClient>) => (await client).release();

describe('BoundedPool', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let pool: BoundedPool;

  beforeAll(async () => {
    database = await TestDatabase.create();
    proxy = await TcpProxy.to(database.url);
  });

  beforeEach(() => {
    pool = new BoundedPool({ ...OPTIONS, connectionString: proxy.url, max: 1 });
    pool.on('error', () => undefined);
  });

  afterEach(() => pool.end());

  afterAll(async () => {
    await proxy.stop();
    await database.drop();
  });

  const processId = async (): Promise<number> =>
    (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

  const UNANSWERED = { text: 'SELECT pg_sleep(30)', query_timeout: 200 };

  it('keeps no connection on which a statement was given up: neither its ROLLBACK nor the next one waits', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await expect(client.query(UNANSWERED)).rejects.toThrow('Query read timeout');
    // Long before its own time is up.
    await expect(client.query('ROLLBACK')).rejects.toBeInstanceOf(Error);
    client.release();
    await expect(processId()).resolves.toBeGreaterThan(0);
  }, 5_000);

  it('gives up what is not answered within its limit, and the connection with it', async () => {
    await pool.end();
    pool = new BoundedPool({ connectionString: proxy.url, max: 1, query_timeout: 300 });
    const before = await processId();
    await expect(pool.query('SELECT pg_sleep(30)')).rejects.toThrow('Query read timeout');
    await expect(processId()).resolves.not.toBe(before);
    const client = await pool.connect();
    await client.query('BEGIN');
    // Idle for longer than a statement may take.
    await new Promise((resolve) => setTimeout(resolve, 600));
    await expect(client.query('SELECT pg_sleep(30)')).rejects.toThrow('Query read timeout');
    await expect(client.query('ROLLBACK')).rejects.toBeInstanceOf(Error);
    client.release(true);
  }, 5_000);

  it('lets nobody wait longer than the limit, neither for a connection to be free nor for a new one', async () => {
    await pool.end();
    // Not as one text: a pool hides the password from those who copy its options.
    const { hostname: host, port, username: user, password, pathname } = new URL(proxy.url);
    const target = { host, port: Number(port), user, password, database: pathname.slice(1) };
    pool = new BoundedPool({ ...target, max: 1, connectionTimeoutMillis: 300 });
    pool.on('error', () => undefined);
    const holder = await pool.connect();
    await expect(pool.query('SELECT 1')).rejects.toThrow('timeout exceeded when trying to connect');
    expect(pool.waitingCount).toBe(0);
    holder.release(true);
    proxy.silence();
    await expect(pool.connect()).rejects.toThrow(/^timeout (exceeded when trying to connect|expired)$/);
    proxy.heal();
    await expect(processId()).resolves.toBeGreaterThan(0);
  }, 5_000);

  it('says that it has been ended already, by promise and by callback', async () => {
    const other = new BoundedPool({ ...OPTIONS, connectionString: proxy.url });
    await other.end();
    await expect(other.end()).rejects.toThrow('more than once');
    const told = jest.fn();
    other.end(told);
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining('more than once') }));
  });

  it('lets go of connections that lie idle when another one falls silent', async () => {
    await pool.end();
    pool = new BoundedPool({ ...OPTIONS, connectionString: proxy.url, max: 3 });
    const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
    for (const client of clients) client.release();
    proxy.silence();
    await expect(pool.query(UNANSWERED)).rejects.toThrow('Query read timeout');
    proxy.heal();
    await expect(Promise.all([processId(), processId(), processId()])).resolves.toHaveLength(3);
  }, 5_000);

  it('keeps a connection whose statement was merely refused', async () => {
    const before = await processId();
    const client = await pool.connect();
    await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
    client.release();
    await expect(processId()).resolves.toBe(before);
  });

  it('survives the end of a connection to which nobody listens yet, and goes on with another', async () => {
    const before = await processId();
    const client = await pool.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    await database.rows('SELECT pg_terminate_backend($1)', [before]);
    await ended;
    await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
    client.release();
    await expect(processId()).resolves.not.toBe(before);
  }, 5_000);

  it('has connections that end although the server says nothing', async () => {
    const client = new BoundedClient({ connectionString: proxy.url });
    await client.connect();
    proxy.silence();
    await expect(client.end()).resolves.toBeUndefined();
    proxy.heal();
  }, 5_000);

  it('gives nothing to those for whom nobody waits, be it before their turn or when it has come', async () => {
    let isGivenUp = false;
    const holder = await pool.connect();
    const waiting = runInContext({ isGivenUp: () => isGivenUp }, () => pool.query('SELECT 1'));
    expect(pool.waitingCount).toBe(1);
    isGivenUp = true;
    const late = runInContext({ isGivenUp: () => isGivenUp }, () => pool.query('SELECT 1'));
    await expect(late).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(pool.waitingCount).toBe(1);
    holder.release();
    await expect(waiting).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(pool.idleCount).toBe(1);
  });

  it('lets a thousand wait, and refuses the next one at once', async () => {
    const holder = await pool.connect();
    const waiting = Array.from({ length: 1_000 }, async () => pool.connect());
    await expect(pool.connect()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
    await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    holder.release();
    await Promise.all(waiting.map(release));
    await expect(processId()).resolves.toBeGreaterThan(0);
  });
});
