import { execFileSync } from 'node:child_process';
import { freePort, Program, until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

const COPIES = 2;
const LIMIT = 30;

describe('WEB_CONCURRENCY', () => {
  let database: TestDatabase;
  let environment: NodeJS.ProcessEnv;
  let api: Program;
  let url: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    environment = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: url,
      DATABASE_URL: database.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      RATE_LIMIT: String(LIMIT),
      WEB_CONCURRENCY: String(COPIES),
    };
    api = new Program('dist/src/main.js', environment);
    await api.says('All copies have started');
  });

  afterAll(async () => {
    await api.stop('SIGKILL');
    await database.drop();
  });

  const copies = (): number[] =>
    execFileSync('ps', ['-o', 'pid=', '--ppid', String(api.child.pid)])
      .toString()
      .trim()
      .split(/\s+/)
      .map(Number);

  /** How many copies have ended by themselves until now. */
  const deaths = (): number => api.output.split('A copy ended by itself').length - 1;

  /** Over a connection of its own, so that the copies take turns. */
  const status = async (path: string): Promise<number> =>
    (await fetch(`${url}${path}`, { headers: { connection: 'close' } })).status;

  it('has so many copies, and counts a client once, whichever it meets', async () => {
    expect(copies()).toHaveLength(COPIES);
    const statuses = await Promise.all(Array.from({ length: 2 * LIMIT }, async () => status('/api/v1/posts')));
    expect(statuses.filter((each) => each === 200)).toHaveLength(LIMIT);
    expect(statuses.filter((each) => each === 429)).toHaveLength(LIMIT);
  });

  it('tells the metrics of all copies, whichever is asked', async () => {
    for (let copy = 0; copy < COPIES; copy += 1) {
      const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
      const counts =
        text.match(/^http_request_duration_seconds_count\{[^}]*route="\/api\/v1\/posts"[^}]*\} \d+$/gm) ?? [];
      expect(counts.map((line) => Number(line.slice(line.lastIndexOf(' '))))).toEqual([LIMIT, LIMIT]);
      expect(text.match(/^outbox_events\{state="pending"\} 0$/gm)).toHaveLength(1);
    }
  });

  it('replaces a copy that is killed, and serves meanwhile', async () => {
    const [first = 0, second = 0] = copies();
    process.kill(first, 'SIGKILL');
    await api.says('A copy ended by itself');
    for (let request = 0; request < 10; request += 1) expect(await status('/health')).toBe(200);
    await until(() => copies().length === COPIES);
    expect(copies()).toContain(second);
    expect(copies()).not.toContain(first);
  });

  it('waits for a database that is away, when no copy is left', async () => {
    const before = deaths();
    await database.allowConnections(false);
    for (const pid of copies()) process.kill(pid, 'SIGKILL');
    // Both that were killed, and one that could not start.
    await until(() => deaths() > before + COPIES);
    expect(copies()).not.toHaveLength(COPIES);
    await database.allowConnections(true);
    await until(async () => (await status('/health').catch(() => 0)) === 200);
    expect(api.child.exitCode).toBeNull();
  });

  it('finishes what was begun when it is told to stop', async () => {
    const pids = copies();
    const answers = Promise.all(Array.from({ length: 20 }, async () => status('/health')));
    expect(await answers).toEqual(Array.from({ length: 20 }, () => 200));
    await expect(api.stop('SIGTERM')).resolves.toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('ends at once, with the reason, where no copy can start', async () => {
    const taken = new Program('dist/src/main.js', { ...environment, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' });
    await expect(taken.end()).resolves.toBe(1);
    expect(taken.output).toContain('PostgreSQL does not answer');
  });
});
