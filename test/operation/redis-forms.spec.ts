import { MailSink } from '../support/mail-sink.js';
import { PASSWORD } from '../support/people.js';
import { freePort, Program, until } from '../support/program.js';
import { describeWithRedis } from '../support/redis.js';
import { RedisCluster, SentinelTrio } from '../support/redis-forms.js';
import { TestClient } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';

const POSTS = '/api/v1/posts';
const LIMIT = 100;
/** Requests at a time: so few that even a busy machine answers them within what the API waits for Redis. */
const BATCH = 10;

/** A worker, and processes of the API. */
class Site {
  private constructor(
    readonly database: TestDatabase,
    readonly sink: MailSink,
    private readonly programs: Program[],
    readonly urls: string[],
  ) {}

  static async start(redisUrl: string, apis: 1 | 2): Promise<Site> {
    const [database, sink] = await Promise.all([TestDatabase.create(), MailSink.start()]);
    const ports: number[] = [];
    while (ports.length <= apis) ports.push(await freePort());
    const programs = ports.map(
      (port, index) =>
        new Program(index < apis ? 'dist/src/main.js' : 'dist/src/worker.js', {
          NODE_ENV: 'test',
          HOST: '127.0.0.1',
          PORT: String(port),
          WORKER_PORT: String(port),
          PUBLIC_URL: 'http://localhost:3000',
          DATABASE_URL: database.url,
          REDIS_URL: redisUrl,
          SMTP_URL: sink.url,
          SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
          BCRYPT_COST: '4',
          RATE_LIMIT: String(LIMIT),
          LOGIN_RATE_LIMIT: '0',
          TRUSTED_PROXIES: '127.0.0.1',
        }),
    );
    await Promise.all(programs.map((program) => program.says('"msg":"Started"')));
    return new Site(
      database,
      sink,
      programs,
      ports.map((port) => `http://127.0.0.1:${port}`),
    );
  }

  client(process: number, token?: string): TestClient {
    return new TestClient(this.urls[process] ?? '', { check: () => undefined }, token);
  }

  async signUp(email: string): Promise<void> {
    const { status } = await this.client(0).post('/api/v1/users', { email, password: PASSWORD });
    expect(status).toBe(201);
  }

  async signIn(email: string): Promise<string> {
    const login = await this.client(0).post('/api/v1/auth/login', { username: email, password: PASSWORD });
    return login.body.access_token;
  }

  /** Mails are sent by jobs in Redis, and the API sees them there. */
  async worksByRedis(email: string): Promise<void> {
    await this.signUp(email);
    await this.sink.mailsTo(email);
    await this.database.rows("UPDATE users SET role = 'admin' WHERE email = $1", [email]);
    const administrator = this.client(0, await this.signIn(email));
    // The API looks at the queue by connections of its own, which it renews when a question fails.
    await until(async () => (await administrator.get('/api/v1/admin/jobs')).status === 200);
    const { body } = await administrator.get('/api/v1/admin/jobs');
    expect(body).toMatchObject({ items: [{ queue: 'emails', counts: { failed: 0 } }] });
    expect(await this.database.rows('SELECT 1 FROM bullmq.job')).toEqual([]);
  }

  /** A write through the first process is seen in the last at once, though both read from their caches. */
  async cachesTogether(author: string): Promise<void> {
    const writer = this.client(0, await this.signIn(author));
    const reader = this.client(this.urls.length - 2);
    const { body: post } = await writer.post(POSTS, { title: 'Round 0', content: 'Text', published: true });
    // Who has just lost its Redis reads past the cache until it has found the next one.
    const first = await this.reads('hit');
    await until(async () => {
      await reader.get(`${POSTS}/${post.id}`);
      return (await this.reads('hit')) > first;
    });
    const bypassed = await this.reads('bypassed');
    const hits = await this.reads('hit');
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all([this.client(0), reader].map(async (client) => client.get(`${POSTS}/${post.id}`)));
      await writer.patch(`${POSTS}/${post.id}`, { title: `Round ${round}` });
      for (let read = 0; read < 2; read += 1)
        expect((await reader.get(`${POSTS}/${post.id}`)).body.title).toBe(`Round ${round}`);
    }
    // On a busy machine one may wait for longer than a read waits for Redis.
    expect(await this.reads('bypassed')).toBeLessThan(bypassed + 5);
    expect(await this.reads('hit')).toBeGreaterThan(hits);
  }

  /** Twice as many requests of one client as are allowed, by turns to each process. @returns how many were taken */
  async taken(address: string): Promise<number> {
    const options = { headers: { 'x-forwarded-for': address } };
    let taken = 0;
    for (let sent = 0; sent < 2 * LIMIT; sent += BATCH) {
      const answers = Array.from({ length: BATCH }, async (_, index) => this.client(index % 2).get(POSTS, options));
      taken += (await Promise.all(answers)).filter(({ status }) => status === 200).length;
    }
    return taken;
  }

  /** Makes a mail due a minute earlier, once it is owed. */
  async age(email: string): Promise<void> {
    await until(async () => {
      const aged = await this.database.rows(
        "UPDATE emails SET next_try_at = next_try_at - interval '1 minute' WHERE to_address = $1 RETURNING id",
        [email],
      );
      return aged.length === 1;
    });
  }

  async isReady(): Promise<boolean> {
    const answers = await Promise.all(this.urls.map(async (url) => fetch(`${url}/readiness`)));
    return answers.every(({ status }) => status === 200);
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop('SIGKILL')));
    await Promise.all([this.sink.stop(), this.database.drop()]);
  }

  /** Reads of the cache of the last process, by their outcome. */
  private async reads(outcome: string): Promise<number> {
    const text = await (await fetch(`${this.urls.at(-2)}/metrics`)).text();
    return Number(
      new RegExp(`^response_cache_reads_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
    );
  }
}

describeWithRedis('Redis in several servers', () => {
  let trio: SentinelTrio;
  let cluster: RedisCluster;
  let sentinels: Site;
  let nodes: Site;

  beforeAll(async () => {
    [trio, cluster] = await Promise.all([SentinelTrio.start(), RedisCluster.start()]);
    [sentinels, nodes] = await Promise.all([Site.start(trio.url, 1), Site.start(cluster.url, 2)]);
  }, 90_000);

  afterAll(async () => {
    await Promise.all([sentinels.stop(), nodes.stop()]);
    await Promise.all([trio.stop(), cluster.stop()]);
  });

  it('has the queue and the state of the cache, where Sentinels lead to it', async () => {
    await sentinels.worksByRedis('ada@example.com');
    await sentinels.cachesTogether('ada@example.com');
    expect((await trio.keys()).filter((key) => !key.startsWith('{broadsheet}'))).toEqual([]);
    expect(await trio.keys()).toEqual(expect.arrayContaining([expect.stringContaining(':limit:')]));
  });

  it('has them and the limits, which count for all processes, on one node of a Cluster', async () => {
    await nodes.worksByRedis('ada@example.com');
    await nodes.cachesTogether('ada@example.com');
    expect(await nodes.taken('192.0.2.1')).toBe(LIMIT);
    const keys = await cluster.keys();
    expect(keys.filter(({ length }) => length > 0)).toHaveLength(1);
    expect(keys.flat().filter((key) => !key.startsWith('{broadsheet}'))).toEqual([]);
  });

  describe('when the server that has it dies', () => {
    let former: number;

    beforeAll(async () => {
      former = await trio.master();
      trio.killMaster();
      const startAgain = await cluster.killBusiest();
      await Promise.all([sentinels, nodes].map(async (site) => site.signUp('meanwhile@example.com')));
      await startAgain();
      // As though both had been away for long, so that the next look at what is overdue finds them.
      await Promise.all([sentinels, nodes].map(async (site) => site.age('meanwhile@example.com')));
    }, 90_000);

    it('goes on with the one that the Sentinels choose', async () => {
      await until(async () => (await trio.master()) !== former);
      expect(await trio.keys()).not.toEqual([]);
      await until(() => sentinels.isReady());
      await sentinels.worksByRedis('bob@example.com');
      await sentinels.cachesTogether('bob@example.com');
    });

    it('goes on with the node of the Cluster once it is back', async () => {
      await until(() => nodes.isReady());
      await nodes.worksByRedis('bob@example.com');
      await nodes.cachesTogether('bob@example.com');
      expect(await nodes.taken('192.0.2.2')).toBe(LIMIT);
    });

    it('owed mails meanwhile, which go out by themselves', async () => {
      for (const { sink } of [sentinels, nodes])
        expect(await sink.mailsTo('meanwhile@example.com')).toMatchObject([
          { subject: expect.stringContaining('Welcome') },
        ]);
    });
  });
});
