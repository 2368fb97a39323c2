import { readsAndWrites } from '../../chaos/restarts/requests.js';
import { rollingRestarts } from '../../chaos/restarts/restarts.js';
import { freePort, Program } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

/** So many in `npm test`; `npm run chaos -- --restarts 20` has the long form. */
const RESTARTS = 3;
const CLIENTS = 100;

describe('API processes that are replaced under load', () => {
  let database: TestDatabase;
  let programs: Program[];
  let processes: Awaited<ReturnType<typeof start>>[];

  // All of them beforehand: a start takes several times as long while others are under load.
  beforeAll(async () => {
    database = await TestDatabase.create();
    programs = [];
    processes = await Promise.all(Array.from({ length: 2 + RESTARTS }, start));
  });

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop('SIGKILL')));
    await database.drop();
  });

  async function start() {
    const port = String(await freePort());
    const program = new Program('dist/src/main.js', {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: port,
      PUBLIC_URL: 'http://127.0.0.1',
      DATABASE_URL: database.url,
      DATABASE_POOL_MAX: '5',
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
    });
    programs.push(program);
    await program.says('"msg":"Started"');
    return { url: `http://127.0.0.1:${port}`, stop: async () => program.stop('SIGTERM') };
  }

  it('break not one request, and end in order', async () => {
    const [first, second, ...others] = processes;
    if (!first || !second) throw new Error('There are no processes');
    const { answers, ...outcome } = await rollingRestarts({
      running: [first, second],
      start: async () => others.shift() ?? start(),
      restarts: RESTARTS,
      clients: CLIENTS,
      next: await readsAndWrites(first.url),
    });
    expect(outcome).toMatchObject({ broken: [], retried: 0, exits: Array.from({ length: RESTARTS }, () => 0) });
    expect(Object.keys(answers)).toEqual(['200', '201']);
    expect(await database.rows('SELECT id FROM posts')).toHaveLength(answers[201] ?? 0);
    expect(programs.map(({ output }) => output).join('')).not.toMatch(/"level":"(error|fatal)"/);
  });
});
