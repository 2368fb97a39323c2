import { Client } from 'pg';
import { OUTBOX_CHANNEL } from '../../src/core/outbox/outbox.js';
import { PASSWORD } from '../support/people.js';
import { describeWithPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { Program, until } from '../support/program.js';
import { TestClient } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';
import { TwoProcesses } from '../support/two-processes.js';

const POSTS = '/api/v1/posts';
const POOL_SIZE = 2;

describeWithPgBouncer('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let pooler: PgBouncer;
  let site: TwoProcesses;
  let ada: TestClient;

  beforeAll(async () => {
    database = await TestDatabase.create();
    pooler = await PgBouncer.start(database.url, POOL_SIZE);
    site = await TwoProcesses.start({ DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url });
    ada = await signUp('ada@example.com');
  });

  afterAll(async () => {
    await site.kill();
    await pooler.stop();
    await database.drop();
  });

  const client = (token?: string) => new TestClient(site.url, { check: () => undefined }, token);

  async function signUp(email: string): Promise<TestClient> {
    expect((await client().post('/api/v1/users', { email, password: PASSWORD })).status).toBe(201);
    const login = await client().post('/api/v1/auth/login', { username: email, password: PASSWORD });
    return client(login.body.access_token);
  }

  const statesOfMails = async (address: string): Promise<string[]> =>
    (await database.rows<{ state: string }>('SELECT state FROM emails WHERE to_address = $1', [address])).map(
      ({ state }) => state,
    );

  it('delivers what a sign-up owes, by jobs of a queue that is reached directly', async () => {
    await until(async () => (await statesOfMails('ada@example.com')).join() === 'sent');
    const direct = await database.rows<{ name: string }>(
      `SELECT DISTINCT application_name AS name FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'broadsheet-%' ORDER BY 1`,
    );
    expect(direct.map(({ name }) => name)).toEqual([
      'broadsheet-live',
      'broadsheet-outbox',
      'broadsheet-public_content',
      'broadsheet-queue',
    ]);
  });

  it('serves many at once over few connections, and none of them sees anything of another', async () => {
    const titles = Array.from({ length: 60 }, (_, index) => `Harbour ${index}`);
    const made = await Promise.all(
      titles.map(async (title) => ada.post(POSTS, { title, content: title, published: true })),
    );
    expect(made.map(({ status, body }) => `${status} ${body.title}`)).toEqual(titles.map((title) => `201 ${title}`));
    const found = await Promise.all(
      made.map(async ({ body }) =>
        client()
          .get(`${POSTS}/${body.id}`)
          .then((answer) => answer.body.title),
      ),
    );
    expect(found).toEqual(titles);
    expect((await client().get(`${POSTS}?count=exact&q=harbour`)).body.page.total).toBe(60);
    const servers = (await pooler.servers()).filter(({ state }) => state !== 'new');
    expect(servers.length).toBeGreaterThan(0);
    expect(servers.length).toBeLessThanOrEqual(POOL_SIZE);
  });

  it('answers 503 while somebody else holds a lock for long, serves the others, and shows a scheduled post', async () => {
    const publishAt = new Date(Date.now() + 1_000).toISOString();
    await ada.post(POSTS, { title: 'Later', content: 'Text', slug: 'later', publishAt });
    const { body: post } = await ada.post(POSTS, { title: 'Locked', content: 'Text' });
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM posts WHERE id = $1 FOR UPDATE', [post.id]);

    const waiting = ada.patch(`${POSTS}/${post.id}`, { title: 'Unlocked' });
    await until(async () => (await client().get(`${POSTS}/later`)).status === 200);
    const refused = await waiting;
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBeTruthy();

    await holder.end();
    expect((await ada.patch(`${POSTS}/${post.id}`, { title: 'Unlocked' })).status).toBe(200);
  });

  it('notifies the relay, which listens past the pooler', async () => {
    const listening = await database.rows<{ query: string }>(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'broadsheet-outbox'",
    );
    // The second is how it asks whether anybody is still there.
    expect([[{ query: `LISTEN ${OUTBOX_CHANNEL}` }], [{ query: 'SELECT 1' }]]).toContainEqual(listening);
    const listener = new Client({ connectionString: database.url });
    await listener.connect();
    await listener.query(`LISTEN ${OUTBOX_CHANNEL}`);
    const notified = new Promise((resolve) => listener.once('notification', ({ channel }) => resolve(channel)));
    await signUp('bob@example.com');
    expect(await notified).toBe(OUTBOX_CHANNEL);
    await listener.end();
  });

  it('leaves no limit, no lock and no prepared statement on the connections that it gives back', async () => {
    const sessions = await Promise.all(
      Array.from({ length: 2 * POOL_SIZE }, async () =>
        pooler.rows(`SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock,
          current_setting('idle_in_transaction_session_timeout') AS idle,
          (SELECT count(*)::int FROM pg_prepared_statements) AS prepared,
          (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`),
      ),
    );
    for (const session of sessions.flat())
      expect(session).toEqual({ statement: '0', lock: '0', idle: '0', prepared: 0, locks: 0 });
  });

  it('says what is missing where the direct address is not set', async () => {
    const api = new Program('dist/src/main.js', {
      NODE_ENV: 'test',
      DATABASE_URL: pooler.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    });
    await expect(api.end()).resolves.toBe(1);
    expect(api.output).toContain('set DATABASE_DIRECT_URL');
  });

  it('stays ready', async () => {
    for (const url of [site.url, site.workerUrl])
      expect(await (await fetch(`${url}/readiness`)).json()).toMatchObject({ status: 'ready' });
  });
});
