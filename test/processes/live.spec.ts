import { once } from 'node:events';
import { EventSource } from '../support/event-source.js';
import { LiveSocket } from '../support/live-socket.js';
import { freePort, Program, until } from '../support/program.js';
import { TestClient } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';
import { TwoProcesses } from '../support/two-processes.js';

const POSTS = '/api/v1/posts';
const PASSWORD = 'correct horse battery';

const post = (title: string, members: object = { published: true }) => ({ title, content: 'x', ...members });

describe('live events of several processes', () => {
  let database: TestDatabase;
  let site: TwoProcesses;
  let second: Program;
  let secondUrl: string;
  let secondEnvironment: NodeJS.ProcessEnv;
  let ada: { first: TestClient; second: TestClient; token: string };

  const startSecond = async (): Promise<Program> => {
    const program = new Program('dist/src/main.js', secondEnvironment);
    await program.says('"msg":"Started"');
    return program;
  };

  beforeAll(async () => {
    database = await TestDatabase.create();
    const port = await freePort();
    secondUrl = `http://127.0.0.1:${port}`;
    const settings = { DATABASE_URL: database.url, PUBLIC_URL: 'http://localhost:3000' };
    const starting = TwoProcesses.start(settings);
    secondEnvironment = {
      ...settings,
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
    };
    [site, second] = await Promise.all([starting, startSecond()]);
    const unchecked = { check: () => undefined };
    const nobody = new TestClient(site.url, unchecked);
    await nobody.post('/api/v1/users', { email: 'ada@example.com', username: 'ada', password: PASSWORD });
    const { body } = await nobody.post('/api/v1/auth/login', { username: 'ada', password: PASSWORD });
    const token = body.access_token as string;
    ada = {
      token,
      first: new TestClient(site.url, unchecked, token),
      second: new TestClient(secondUrl, unchecked, token),
    };
  });

  afterAll(async () => {
    await Promise.all([site.kill(), second.stop('SIGKILL')]);
    await database.drop();
  });

  it('reach the clients of each, whichever caused them, once and in one order', async () => {
    const sources = await Promise.all([site.url, secondUrl].map((url) => EventSource.open(url)));
    const sockets = await Promise.all([site.url, secondUrl].map((url) => LiveSocket.open(url)));
    const count = 20;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        ada[index % 2 ? 'first' : 'second'].post(POSTS, post(`Many ${index}`)),
      ),
    );
    // By the worker.
    const soon = new Date(Date.now() + 300).toISOString();
    const { status } = await ada.first.post(POSTS, post('On time', { publishAt: soon }));
    expect(status).toBe(201);
    await until(() => [...sources, ...sockets].every(({ told }) => told.includes('post.published on-time')));
    const [first] = sources;
    expect(new Set(first?.told).size).toBe(count + 1);
    for (const { told } of [...sources, ...sockets]) expect(told).toEqual(first?.told);
    const ids = [...sources.map(({ events }) => events), ...sockets.map(({ messages }) => messages.slice(1))];
    for (const events of ids) expect(events.map(({ id }) => id)).toEqual(ids[0]?.map(({ id }) => id));
    for (const client of [...sources, ...sockets]) client.close();
  });

  it('tell an account of its mails, which the worker sends', async () => {
    const socket = await LiveSocket.open(secondUrl);
    await socket.authenticate(ada.token);
    const changed = await ada.first.post('/api/v1/auth/password/change', {
      currentPassword: PASSWORD,
      newPassword: 'battery staple correct',
    });
    expect(changed.status).toBe(204);
    await socket.receives('email.sent');
    expect(socket.told).toEqual(['email.sent password-changed']);
    socket.close();
  });

  it('are missed by no client whose process is killed, and wait for those that come late', async () => {
    const socket = await LiveSocket.open(secondUrl);
    const source = await EventSource.open(secondUrl);
    const inFlight = Array.from({ length: 10 }, (_, index) => ada.first.post(POSTS, post(`Storm ${index}`)));
    await source.receives(1);
    await second.stop('SIGKILL');
    await Promise.all([...inFlight, source.ends(), socket.closes()]);
    await ada.first.post(POSTS, post('Meanwhile'));

    // Here to another process, there to one that has just started.
    second = await startSecond();
    const elsewhere = await EventSource.open(site.url, { 'last-event-id': source.lastEventId ?? '' });
    const again = await EventSource.open(secondUrl, { 'last-event-id': source.lastEventId ?? '' });
    const bySocket = await LiveSocket.open(secondUrl, `?lastEventId=${socket.lastEventId}`);
    await bySocket.authenticate(ada.token);
    const total = 11;
    for (const [before, after] of [
      [source, elsewhere],
      [source, again],
      [socket, bySocket],
    ] as const) {
      await until(() => before.told.length + after.told.length >= total);
      const told = [...before.told, ...after.told];
      expect(told).toHaveLength(total);
      expect(new Set(told).size).toBe(total);
      expect(told.at(-1)).toBe('post.published meanwhile');
      after.close();
    }
  });

  it('wait for no transaction that is open elsewhere, and skip none that is committed late', async () => {
    const source = await EventSource.open(site.url);
    const slow = await database.connect();
    await slow.query('BEGIN');
    await slow.query(`INSERT INTO live_events (name, data) VALUES ('post.updated', '{"slug": "begun-first"}')`);
    await ada.second.post(POSTS, post('Begun second'));
    await source.receives(1);
    await slow.query("SELECT pg_notify('live', '')");
    await slow.query('COMMIT');
    await slow.end();
    await source.receives(2);
    expect(source.told).toEqual(['post.published begun-second', 'post.updated begun-first']);
    source.close();
  });

  it('come again when the connection that listens was lost', async () => {
    const source = await EventSource.open(site.url);
    await database.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'broadsheet-live'",
    );
    await ada.first.post(POSTS, post('Not lost'));
    await source.receives(1);
    expect(source.told).toEqual(['post.published not-lost']);
    source.close();
  });

  it('hold up no process that is told to stop', async () => {
    const source = await EventSource.open(secondUrl);
    const socket = await LiveSocket.open(secondUrl);
    const silent = new Promise((resolve) => socket.socket.once('close', resolve));
    const begun = Date.now();
    const [code] = await Promise.all([second.stop('SIGTERM'), source.ends(), silent, once(second.child, 'exit')]);
    expect(code).toBe(0);
    expect(socket.closedWith).toBe(1001);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});
