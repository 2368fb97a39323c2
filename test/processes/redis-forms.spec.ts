import { MailSink } from '../support/mail-sink.js';
import { PASSWORD } from '../support/people.js';
import { freePort, Program, until } from '../support/program.js';
import { describeWithRedis } from '../support/redis.js';
import { RedisCluster, SentinelTrio } from '../support/redis-forms.js';
import { TestClient } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';

const POSTS = '/api/v1/posts';
const LIMIT = 200;

/** Two processes of the API and a worker. */
class Site {
  private constructor(
    readonly database: TestDatabase,
    readonly sink: MailSink,
    private readonly programs: Program[],
    readonly urls: string[],
  ) {}

  static async start(redisUrl: string): Promise<Site> {
    const [database, sink] = await Promise.all([TestDatabase.create(), MailSink.start()]);
    const ports = [await freePort(), await freePort(), await freePort()];
    const programs = ports.map(
      (port, index) =>
        new Program(index < 2 ? 'dist/src/main.js' : 'dist/src/worker.js', {
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

  client(process: 0 | 1, token?: string): TestClient {
    return new TestClient(this.urls[process] ?? '', { check: () => undefined }, token);
  }

  async signUp(email: string): Promise<number> {
    return (await this.client(0).post('/api/v1/users', { email, password: PASSWORD })).status;
  }

  async signIn(email: string): Promise<string> {
    const login = await this.client(0).post('/api/v1/auth/login', { username: email, password: PASSWORD });
    return login.body.access_token;
  }

  /** Mails are sent by jobs in Redis, and the API sees them there. */
  async worksByRedis(administrator: string): Promise<void> {
    await this.database.rows("UPDATE users SET role = 'admin' WHERE email = $1", [administrator]);
    const jobs = await this.client(1, await this.signIn(administrator)).get('/api/v1/admin/jobs');
    expect(jobs.body).toMatchObject({ items: [{ queue: 'emails', counts: { failed: 0 } }] });
    expect(await this.database.rows('SELECT 1 FROM bullmq.job')).toEqual([]);
  }

  /** A write through one process is seen in the other at once, though both read from their caches. */
  async cachesTogether(author: string): Promise<void> {
    const writer = this.client(0, await this.signIn(author));
    const { body: post } = await writer.post(POSTS, { title: 'Round 0', content: 'Text', published: true });
    for (let round = 1; round <= 10; round += 1) {
      await Promise.all([0, 1].map(async (process) => this.client(process as 0 | 1).get(`${POSTS}/${post.id}`)));
      await writer.patch(`${POSTS}/${post.id}`, { title: `Round ${round}` });
      expect((await this.client(1).get(`${POSTS}/${post.id}`)).body.title).toBe(`Round ${round}`);
      expect((await this.client(1).get(`${POSTS}/${post.id}`)).body.title).toBe(`Round ${round}`);
    }
  }

  /** Reads of the cache of the second process, by their outcome. */
  async reads(outcome: string): Promise<number> {
    const text = await (await fetch(`${this.urls[1]}/metrics`)).text();
    return Number(
      new RegExp(`^response_cache_reads_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
    );
  }

  /** Twice as many requests of one client as are allowed, half of them to each process. @returns how many were taken */
  async taken(address: string): Promise<number> {
    const options = { headers: { 'x-forwarded-for': address } };
    const statuses = await Promise.all(
      Array.from({ length: 2 * LIMIT }, async (_, index) =>
        this.client(index % 2 === 0 ? 0 : 1)
          .get(POSTS, options)
          .then(({ status }) => status),
      ),
    );
    return statuses.filter((status) => status === 200).length;
  }

  async isReady(): Promise<boolean> {
    const answers = await Promise.all(this.urls.map(async (url) => fetch(`${url}/readiness`)));
    return answers.every(({ status }) => status === 200);
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop('SIGKILL')));
    await Promise.all([this.sink.stop(), this.database.drop()]);
  }
}

describeWithRedis('Redis that Sentinels lead to', () => {
  let trio: SentinelTrio;
  let site: Site;

  beforeAll(async () => {
    trio = await SentinelTrio.start();
    site = await Site.start(trio.url);
  });

  afterAll(async () => {
    await site.stop();
    await trio.stop();
  });

  it('has the queue, the limits and the state of the cache', async () => {
    expect(await site.signUp('ada@example.com')).toBe(201);
    await site.sink.mailsTo('ada@example.com');
    await site.worksByRedis('ada@example.com');
    await site.cachesTogether('ada@example.com');
    expect(await site.taken('192.0.2.1')).toBe(LIMIT);
  });

  it('may lose its master: what is asked meanwhile is answered, and what is owed goes out by the next one', async () => {
    const former = await trio.master();
    trio.killMaster();
    expect(await site.signUp('meanwhile@example.com')).toBe(201);
    await until(async () => (await trio.master()) !== former);
    await site.sink.mailsTo('meanwhile@example.com');
    await until(() => site.isReady());

    const bypassed = await until(async () => (await site.taken(`192.0.2.${nextHost()}`)) === LIMIT).then(() =>
      site.reads('bypassed'),
    );
    await site.cachesTogether('ada@example.com');
    expect(await site.reads('bypassed')).toBe(bypassed);
    await site.worksByRedis('ada@example.com');
  });
});

let lastHost = 10;
const nextHost = (): number => (lastHost += 1);

describeWithRedis('Redis Cluster', () => {
  let cluster: RedisCluster;
  let site: Site;

  beforeAll(async () => {
    cluster = await RedisCluster.start();
    site = await Site.start(cluster.url);
  });

  afterAll(async () => {
    await site.stop();
    await cluster.stop();
  });

  it('has the queue, the limits and the state of the cache, all on one node', async () => {
    expect(await site.signUp('ada@example.com')).toBe(201);
    await site.sink.mailsTo('ada@example.com');
    await site.worksByRedis('ada@example.com');
    await site.cachesTogether('ada@example.com');
    expect(await site.reads('bypassed')).toBe(0);
    expect(await site.reads('hit')).toBeGreaterThan(0);
    expect(await site.taken('192.0.2.1')).toBe(LIMIT);
    const keys = await cluster.keys();
    expect(keys.filter(({ length }) => length > 0)).toHaveLength(1);
    expect(keys.flat().filter((key) => !key.startsWith('{broadsheet}'))).toEqual([]);
  });

  it('may lose that node for a while: what is asked is answered, and what is owed goes out when it is back', async () => {
    const startAgain = await cluster.killBusiest();
    expect(await site.signUp('meanwhile@example.com')).toBe(201);
    await startAgain();
    await site.sink.mailsTo('meanwhile@example.com');
    await until(() => site.isReady());
    await until(async () => (await site.taken(`192.0.2.${nextHost()}`)) === LIMIT);
    await site.cachesTogether('ada@example.com');
  });
});
