import { Client } from 'pg';
import { eventually } from '../e2e/support/eventually.js';
import { PASSWORD } from '../support/people.js';
import { freePort, Program, until } from '../support/program.js';
import { TestClient, type Answer } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';

const POSTS = '/api/v1/posts';

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/** Requests with an Idempotency-Key that are cut off by the death of the process, and sent again to the next one. */
describe('an Idempotency-Key after SIGKILL', () => {
  let database: TestDatabase;
  let environment: NodeJS.ProcessEnv;
  let api: Program;
  let client: TestClient;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const port = await freePort();
    environment = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: database.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
    };
    await start();
    const url = `http://127.0.0.1:${port}`;
    const anyone = new TestClient(url, { check: () => undefined });
    await anyone.post('/api/v1/users', { email: 'ada@example.com', password: PASSWORD });
    const { body } = await anyone.post('/api/v1/auth/login', { username: 'ada@example.com', password: PASSWORD });
    client = new TestClient(url, { check: () => undefined }, body.access_token);
  });

  afterAll(async () => {
    await api.stop('SIGKILL');
    await database.drop();
  });

  async function start(): Promise<void> {
    api = new Program('dist/src/main.js', environment);
    await api.says('"msg":"Started"');
  }

  const write = (key: string): Promise<Answer> =>
    client.post(POSTS, { title: key, content: `By ${key}` }, { headers: { 'idempotency-key': key } });

  /** Undefined where the process died first. */
  const attempt = (key: string): Promise<Answer | undefined> => write(key).catch(() => undefined);

  /** As a client does: again while the key is in use, which must come to an end. */
  const insist = (key: string): Promise<Answer> =>
    eventually(`an answer to ${key}`, async () => {
      const answer = await write(key);
      return answer.body.code === 'IDEMPOTENCY_KEY_IN_USE' ? undefined : answer;
    });

  async function expectOnePostEach(keys: string[], answers: Answer[]): Promise<void> {
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 201));
    const rows = await database.rows<{ id: string; title: string }>(
      'SELECT id, title FROM posts WHERE title = ANY($1)',
      [keys],
    );
    const made = Object.fromEntries(rows.map(({ id, title }) => [title, id]));
    expect(rows).toHaveLength(keys.length);
    expect(answers.map(({ body }) => body.id)).toEqual(keys.map((key) => made[key]));
  }

  /** The backends of the API that wait for a lock. */
  const waiting = async (): Promise<number> =>
    (
      await database.rows(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      )
    ).length;

  it('holds no key of a transaction that was not committed', async () => {
    const keys = ['held-1', 'held-2', 'held-3', 'held-4'];
    const first = await write('held-0');
    const lock = new Client({ connectionString: database.url });
    await lock.connect();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE posts IN SHARE MODE');
    const cut = Promise.all(keys.map(attempt));
    await until(async () => (await waiting()) === keys.length);
    expect(await write('held-1')).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_IN_USE' } });

    await api.stop('SIGKILL');
    expect(await cut).toEqual(keys.map(() => undefined));
    await start();
    await lock.query('ROLLBACK');
    await lock.end();

    await expectOnePostEach(keys, await Promise.all(keys.map(insist)));
    const again = await write('held-0');
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([10, 60])('makes one post for each of a hundred keys, cut off after %i answers', async (answersBefore) => {
    const keys = Array.from({ length: 100 }, (_, index) => `cut-${answersBefore}-${index}`);
    let answered = 0;
    const counted = async (key: string): Promise<Answer | undefined> => {
      const answer = await attempt(key);
      if (answer && (answered += 1) === answersBefore) api.child.kill('SIGKILL');
      return answer;
    };
    const before = await Promise.all(keys.map(counted));
    await api.stop('SIGKILL');
    expect(before.filter(isDefined).length).toBeLessThan(keys.length);

    await start();
    const after = await Promise.all(keys.map(insist));
    await expectOnePostEach(keys, after);
    // What was answered before is answered again.
    const changed = before.filter((answer, index) => answer && answer.text !== after[index]?.text);
    expect(changed).toEqual([]);
  });
});
