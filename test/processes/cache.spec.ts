import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { race, type RaceResult } from '../support/cache-race.js';
import { PASSWORD } from '../support/people.js';
import { freePort, Program, until } from '../support/program.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';
import { TestClient, type Answer } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';

const POSTS = '/api/v1/posts';
const USERS = '/api/v1/users';
/** What a busy machine may add to a second. */
const MARGIN = 500;

/** Two processes of the API over one database, and whatever else is started beside them. */
class Site {
  readonly database: TestDatabase;
  readonly programs: Program[] = [];
  authorId = '';
  private readonly urls: string[] = [];
  private token = '';

  private constructor(
    database: TestDatabase,
    private readonly settings: NodeJS.ProcessEnv,
  ) {
    this.database = database;
  }

  static async start(settings: NodeJS.ProcessEnv = {}): Promise<Site> {
    const site = new Site(await TestDatabase.create(), settings);
    for (const port of [await freePort(), await freePort()]) {
      site.urls.push(`http://127.0.0.1:${port}`);
      site.run('dist/src/main.js', { PORT: String(port) });
    }
    await Promise.all(site.programs.map((program) => program.says('"msg":"Started"')));
    const nobody = site.reader(0);
    const { body } = await nobody.post(USERS, { email: 'ada@example.com', password: PASSWORD });
    site.authorId = body.id;
    const login = await nobody.post('/api/v1/auth/login', { username: 'ada@example.com', password: PASSWORD });
    site.token = login.body.access_token;
    return site;
  }

  run(entry: string, settings: NodeJS.ProcessEnv): Program {
    const program = new Program(entry, {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://localhost:3000',
      DATABASE_URL: this.database.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
      ...this.settings,
      ...settings,
    });
    this.programs.push(program);
    return program;
  }

  reader = (process: number): TestClient => this.client(process);
  author = (process: number): TestClient => this.client(process, this.token);

  async race(duration: number, tolerance = 0): Promise<RaceResult> {
    const [authors, readers] = [this.author, this.reader].map((of) => [of(0), of(1)]) as [TestClient[], TestClient[]];
    return race({ authors, readers, authorId: this.authorId, duration, tolerance });
  }

  async stop(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.stop('SIGKILL')));
    await this.database.drop();
  }

  private client(process: number, token?: string): TestClient {
    return new TestClient(this.urls[process] ?? '', { check: () => undefined }, token);
  }
}

function expectFresh({ reads, writes, stale, failures }: RaceResult): void {
  expect({ stale: stale.slice(0, 5), failures: failures.slice(0, 5) }).toEqual({ stale: [], failures: [] });
  // Few, as the machine may be busy; but none would say nothing.
  expect(reads).toBeGreaterThan(30);
  expect(writes).toBeGreaterThan(8);
}

describeWithRedis('the response cache of two processes with Redis', () => {
  let redis: TestRedis;
  let site: Site;

  beforeAll(async () => {
    redis = await TestRedis.start();
    site = await Site.start({ REDIS_URL: redis.url });
  });

  afterAll(async () => {
    await site.stop();
    await redis.stop();
  });

  it('is never behind, whichever process a write came through', async () => {
    expectFresh(await site.race(3_000));
  });

  it('is never behind while Redis is emptied again and again', async () => {
    const redisClient = new Redis(redis.url);
    const timer = setInterval(() => void redisClient.flushall(), 50);
    const result = await site.race(1_500);
    clearInterval(timer);
    await redisClient.quit();
    expectFresh(result);
  });

  it('shows a post whose time has come within five seconds, in both', async () => {
    const worker = site.run('dist/src/worker.js', { WORKER_PORT: String(await freePort()) });
    await worker.says('"msg":"Started"');
    const publishAt = new Date(Date.now() + 2_000).toISOString();
    const { body } = await site.author(0).post(POSTS, { title: 'Later', content: 'Text', slug: 'later', publishAt });
    const isThere = async (process: number) =>
      [
        (await site.reader(process).get(`${POSTS}/later`)).status === 200,
        (await site.reader(process).get(POSTS)).text.includes(body.id),
        (await site.reader(process).get('/feed.xml')).text.includes(body.id),
      ].every(Boolean);
    expect([await isThere(0), await isThere(1)]).toEqual([false, false]);
    await until(async () => (await isThere(0)) && (await isThere(1)));
    expect(Date.now() - Date.parse(publishAt)).toBeLessThan(5_000);
    await worker.stop('SIGKILL');
  });

  it('is passed over while Redis is gone, and nobody notices', async () => {
    const racing = site.race(3_000);
    await sleep(1_000);
    await redis.stop();
    expectFresh(await racing);
  });

  it('is never behind once Redis is back, empty', async () => {
    await redis.startAgain();
    const redisClient = new Redis(redis.url);
    // Both processes and this one.
    await until(
      async () =>
        String(await redisClient.client('LIST'))
          .split('\n')
          .filter(Boolean).length === 3,
    );
    await redisClient.quit();
    expectFresh(await site.race(2_000));
  });
});

describe('the response cache of two processes without Redis', () => {
  let site: Site;

  beforeAll(async () => {
    site = await Site.start();
  });

  afterAll(() => site.stop());

  it('is never behind in the process that wrote, and a second at most in the other', async () => {
    expectFresh(await site.race(2_500, 1_000 + MARGIN));
  });

  it('shows what the other process wrote within a second', async () => {
    const { body } = await site.author(0).post(POSTS, { title: 'First', content: 'Text', published: true });
    const read = async (process: number): Promise<Answer> => site.reader(process).get(`${POSTS}/${body.id}`);
    await Promise.all([read(0), read(1)]);
    await site.author(0).patch(`${POSTS}/${body.id}`, { title: 'Second' });
    const written = Date.now();
    expect((await read(0)).body.title).toBe('Second');
    await until(async () => (await read(1)).body.title === 'Second');
    expect(Date.now() - written).toBeLessThan(1_000 + MARGIN);
  });
});
