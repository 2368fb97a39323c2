import { MailSink } from '../support/mail-sink.js';
import { PASSWORD } from '../support/people.js';
import { Program, until } from '../support/program.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { TestDatabase } from '../support/test-database.js';
import { TwoProcesses } from '../support/two-processes.js';

/** Seconds that a request may take; short, so that the test is. */
const REQUEST_TIMEOUT = 3;
/** What a busy machine may add, in milliseconds. */
const MARGIN = 1_500;
const LIMIT = REQUEST_TIMEOUT * 1_000 + MARGIN;

interface Answered {
  status: number;
  type: string | null;
  code: string | undefined;
  hasRetryAfter: boolean;
  isInTime: boolean;
}

const FINE = { isInTime: true, code: undefined };
const AWAY = {
  status: 503,
  type: 'application/problem+json; charset=utf-8',
  code: 'SERVICE_UNAVAILABLE',
  hasRetryAfter: true,
  isInTime: true,
};

/** One client of an API, which asks for something of each kind. */
class Caller {
  private token = '';
  private count = 0;

  constructor(private readonly url: string) {}

  async signIn(): Promise<void> {
    await this.signUp('ada@example.com');
    const login = await fetch(
      `${this.url}/api/v1/auth/login`,
      this.json({ username: 'ada@example.com', password: PASSWORD }),
    );
    ({ access_token: this.token } = (await login.json()) as { access_token: string });
  }

  signUp = async (email: string): Promise<Answered> =>
    this.ask('/api/v1/users', this.json({ email, password: PASSWORD }));

  write = async (title: string, others: object = {}, headers: Record<string, string> = {}): Promise<Answered> => {
    const asAda = { authorization: `Bearer ${this.token}`, ...headers };
    return this.ask('/api/v1/posts', this.json({ title, content: 'Text', ...others }, asAda));
  };

  read = async (path: string): Promise<Answered> => this.ask(path, {});

  /** Everything at once, each time something that no cache has. */
  async everything() {
    const number = (this.count += 1);
    const asAda = { authorization: `Bearer ${this.token}` };
    const [list, post, search, account, written, signedIn, signedUp] = await Promise.all([
      this.read(`/api/v1/posts?limit=${number}`),
      this.read(`/api/v1/posts/none-${number}`),
      this.read(`/api/v1/posts?q=word${number}`),
      this.ask('/api/v1/users/me', { headers: asAda }),
      this.write(`Number ${number}`),
      this.ask('/api/v1/auth/login', this.json({ username: 'ada@example.com', password: PASSWORD })),
      this.signUp(`number${number}@example.com`),
    ]);
    return { list, post, search, account, written, signedIn, signedUp };
  }

  async readiness(): Promise<{ status: number; checks: Record<string, string> }> {
    const answer = await fetch(`${this.url}/readiness`);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return { status: answer.status, checks };
  }

  private json = (body: object, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

  private async ask(path: string, init: RequestInit): Promise<Answered> {
    const started = Date.now();
    const answer = await fetch(this.url + path, init);
    const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      code,
      hasRetryAfter: Number(answer.headers.get('retry-after')) > 0,
      isInTime: Date.now() - started < LIMIT,
    };
  }
}

/** What each kind of request is answered with while all is well. */
const NORMAL = {
  list: expect.objectContaining({ ...FINE, status: 200 }),
  post: expect.objectContaining({ isInTime: true, status: 404 }),
  search: expect.objectContaining({ ...FINE, status: 200 }),
  account: expect.objectContaining({ ...FINE, status: 200 }),
  written: expect.objectContaining({ ...FINE, status: 201 }),
  signedIn: expect.objectContaining({ ...FINE, status: 200 }),
  signedUp: expect.objectContaining({ ...FINE, status: 201 }),
};
const ALL_AWAY = Object.fromEntries(Object.keys(NORMAL).map((kind) => [kind, AWAY]));

/** Posts of these titles take longer than a statement may, and as long as two of them may together. */
const SLOW_POSTS = `
  CREATE FUNCTION slow_post() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.title = 'Slow' THEN PERFORM pg_sleep(30); END IF;
    IF NEW.title = 'Slow twice' THEN PERFORM set_config('test.slow', 'on', true), pg_sleep(1.6); END IF;
    RETURN NEW;
  END $$;
  CREATE FUNCTION slow_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('test.slow', true) = 'on' THEN PERFORM pg_sleep(1.6); END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER slow BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION slow_post();
  CREATE TRIGGER slow BEFORE INSERT ON outbox_events FOR EACH ROW EXECUTE FUNCTION slow_event();`;

describeWithRedis('an API and a worker whose services fail', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let sink: MailSink;
  let toDatabase: TcpProxy;
  let toRedis: TcpProxy;
  let processes: TwoProcesses;
  let api: Caller;
  let worker: Caller;

  beforeAll(async () => {
    [database, redis, sink] = await Promise.all([TestDatabase.create(), TestRedis.start(), MailSink.start()]);
    [toDatabase, toRedis] = await Promise.all([TcpProxy.to(database.url), TcpProxy.to(redis.url)]);
    processes = await TwoProcesses.start({
      DATABASE_URL: toDatabase.url,
      REDIS_URL: toRedis.url,
      SMTP_URL: sink.url,
      REQUEST_TIMEOUT: String(REQUEST_TIMEOUT),
      RATE_LIMIT: '1000',
      DATABASE_POOL_MAX: '4',
    });
    api = new Caller(processes.url);
    worker = new Caller(processes.workerUrl);
    await api.signIn();
    await database.rows(SLOW_POSTS);
  });

  afterAll(async () => {
    await processes.kill();
    await Promise.all([toDatabase.stop(), toRedis.stop()]);
    await Promise.all([database.drop(), redis.stop(), sink.stop()]);
  });

  /** Nobody but the test has done anything for it. */
  async function expectRecovery(): Promise<void> {
    await until(async () => (await api.readiness()).status === 200 && (await worker.readiness()).status === 200);
    expect(await api.everything()).toEqual(NORMAL);
    for (const { child } of [processes.api, processes.worker]) expect(child.exitCode ?? child.signalCode).toBeNull();
  }

  it('answer everything while nothing fails', async () => {
    expect(await api.everything()).toEqual(NORMAL);
    expect(await api.readiness()).toMatchObject({ status: 200, checks: { database: 'up', redis: 'up' } });
  });

  it.each([
    { name: 'refuses', fail: () => toDatabase.refuse() },
    { name: 'falls silent', fail: () => toDatabase.silence() },
  ])('say so in time when PostgreSQL $name, live, and go on by themselves', async ({ fail }) => {
    fail();
    const answers = api.everything();
    expect(await api.read('/health')).toMatchObject({ status: 200, isInTime: true });
    const readiness = Promise.all([api.readiness(), worker.readiness()]);
    expect(await answers).toEqual(ALL_AWAY);
    for (const { status, checks } of await readiness) {
      expect(status).toBe(503);
      expect(checks).toMatchObject({ database: 'down', redis: 'up' });
    }
    // And those that come when every connection is known to be gone.
    expect(await api.everything()).toEqual(ALL_AWAY);
    toDatabase.heal();
    await expectRecovery();
  });

  it('do without a Redis that refuses, and owe mails meanwhile', async () => {
    toRedis.refuse();
    await expectWithoutRedis('refused@example.com');
    toRedis.heal();
    await expectRecovery();
    await sink.mailsTo('refused@example.com');
  });

  describe('do without a Redis that falls silent', () => {
    let lost: Program;
    let bereft: Program;

    // Here, as they take a while to start.
    beforeAll(() => {
      const settings = { ...processes.environment, PORT: '0' };
      lost = new Program('dist/src/main.js', { ...settings, DATABASE_URL: 'postgres://nobody@db.invalid/x' });
      bereft = new Program('dist/src/main.js', {
        ...settings,
        DATABASE_URL: database.url,
        REDIS_URL: 'redis://redis.invalid',
      });
    });

    it('and owe mails meanwhile', async () => {
      toRedis.silence();
      await expectWithoutRedis('silent@example.com');
      toRedis.heal();
    });

    // Which takes the worker a while to notice; other things are tested meanwhile.
    afterAll(async () => {
      await bereft.stop('SIGKILL');
      await expectRecovery();
      await sink.mailsTo('silent@example.com');
    });

    it('say so in time when a table is locked and no connection is free, and live', async () => {
      const lock = await database.connect();
      await lock.query('BEGIN; LOCK TABLE posts');
      const answers = api.everything();
      expect(await api.read('/health')).toMatchObject({ status: 200, isInTime: true });
      expect(await answers).toMatchObject({ list: AWAY, post: AWAY, search: AWAY, written: AWAY });
      await lock.end();
      expect(await api.everything()).toEqual(NORMAL);
    });

    it('say so in time when one statement takes too long, or many together, and do nothing by halves', async () => {
      const many = api.write('Slow twice', { published: true }, { 'idempotency-key': 'slow' });
      expect(await Promise.all([api.write('Slow'), many])).toEqual([AWAY, AWAY]);
      await until(async () => (await openTransactions()) === 0);
      await expect(database.rows("SELECT id FROM posts WHERE title LIKE 'Slow%'")).resolves.toEqual([]);
      await expect(database.rows('SELECT key FROM idempotency_keys')).resolves.toEqual([]);
      expect(await api.everything()).toEqual(NORMAL);
    });

    it('leave no lock behind when PostgreSQL falls silent in the midst of a transaction', async () => {
      const answer = api.write('Slow');
      await until(async () => (await openTransactions()) > 0);
      toDatabase.silence();
      expect(await answer).toEqual(AWAY);
      toDatabase.heal();
      await until(async () => (await openTransactions()) === 0);
      expect(await api.everything()).toEqual(NORMAL);
    });

    it('say at their start which name cannot be resolved, and start without a Redis whose name is gone', async () => {
      await expect(lost.end()).resolves.toBe(1);
      expect(lost.output).toContain('The host name db.invalid cannot be resolved');
      await bereft.says('"msg":"Started"');
      const { url } = JSON.parse(bereft.output.split('\n').find((line) => line.includes('Started')) ?? '') as {
        url: string;
      };
      const caller = new Caller(url);
      expect(await caller.read('/api/v1/posts')).toMatchObject({ ...FINE, status: 200 });
      expect(await caller.readiness()).toMatchObject({ status: 200, checks: { redis: 'down' } });
      await expect(bereft.stop()).resolves.toBe(0);
    });
  });

  async function openTransactions(): Promise<number> {
    const rows = await database.rows(`SELECT state FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL`);
    return rows.length;
  }

  async function expectWithoutRedis(address: string): Promise<void> {
    expect(await api.everything()).toEqual(NORMAL);
    expect(await api.signUp(address)).toMatchObject({ status: 201, isInTime: true });
    expect(await api.readiness()).toMatchObject({ status: 200, checks: { database: 'up', redis: 'down' } });
    await until(async () => (await worker.readiness()).checks['queue'] === 'down');
  }
});
