import { expectProblem } from '../e2e/support/problem.js';
import { MailSink } from '../support/mail-sink.js';
import { PASSWORD } from '../support/people.js';
import { freePort, Program } from '../support/program.js';
import { TestClient, type Answer } from '../support/test-client.js';
import { TestDatabase } from '../support/test-database.js';

const AUTH = '/api/v1/auth';
const ME = '/api/v1/users/me';

interface Tokens {
  access: string;
  refresh: string;
}

interface Owner {
  id: string;
  email: string;
}

function tokensOf({ status, body }: Answer): Tokens {
  expect(status).toBe(200);
  return { access: body.access_token, refresh: body.refresh_token };
}

/** Refreshing as it is done by many tabs at once, against two processes of the API that share nothing but PostgreSQL. */
describe('refreshing over two processes', () => {
  let database: TestDatabase;
  let sink: MailSink;
  let environments: NodeJS.ProcessEnv[];
  let apis: Program[] = [];
  let worker: Program;
  let count = 0;

  beforeAll(async () => {
    [database, sink] = await Promise.all([TestDatabase.create(), MailSink.start()]);
    const common = {
      HOST: '127.0.0.1',
      PUBLIC_URL: 'https://news.example.org',
      ALLOWED_HOSTS: '127.0.0.1',
      FORCE_HTTPS: 'off',
      DATABASE_URL: database.url,
      SECRET_KEY: 'fGk2m4Jx0q7Zr9Tt1Wv3Yb5Nc8Pe6Ls0Hd2',
      SMTP_URL: sink.url,
      BCRYPT_COST: '10',
      RATE_LIMIT: '0',
      LOGIN_RATE_LIMIT: '0',
    };
    environments = [
      { ...common, PORT: String(await freePort()) },
      { ...common, PORT: String(await freePort()) },
    ];
    worker = new Program('dist/src/worker.js', { ...common, WORKER_PORT: String(await freePort()) });
    await Promise.all([startApis(), worker.says('"msg":"Started"')]);
  });

  afterAll(async () => {
    await Promise.all([...apis, worker].map((program) => program.stop('SIGKILL')));
    await sink.stop();
    await database.drop();
  });

  async function startApis(): Promise<void> {
    apis = environments.map((environment) => new Program('dist/src/main.js', environment));
    await Promise.all(apis.map((api) => api.says('"msg":"Started"')));
  }

  /** @param turn even for the one process, odd for the other */
  function client(turn: number, token?: string): TestClient {
    const { PORT } = environments[turn % 2] ?? {};
    return new TestClient(`http://127.0.0.1:${PORT}`, { check: () => undefined }, token);
  }

  const refresh = (turn: number, token: string): Promise<Answer> =>
    client(turn).post(`${AUTH}/refresh`, { refresh_token: token });

  /** So many refreshes of one token at once, every other one at the other process. */
  const race = (token: string, times: number): Promise<Answer[]> =>
    Promise.all(Array.from({ length: times }, (_, turn) => refresh(turn, token)));

  async function signUp(): Promise<Owner> {
    const email = `person.${(count += 1)}@example.com`;
    const { status, body } = await client(0).post('/api/v1/users', { email, password: PASSWORD });
    expect(status).toBe(201);
    return { id: body.id, email };
  }

  const signIn = async ({ email }: Owner): Promise<Tokens> =>
    tokensOf(await client(0).post(`${AUTH}/login`, { username: email, password: PASSWORD }));

  /** A session that was refreshed twice: its tokens, the oldest first. */
  async function threeGenerations(owner: Owner): Promise<[Tokens, Tokens, Tokens]> {
    const first = await signIn(owner);
    const second = tokensOf(await refresh(0, first.refresh));
    return [first, second, tokensOf(await refresh(1, second.refresh))];
  }

  async function expectAlive({ access }: Tokens): Promise<void> {
    for (const turn of [0, 1]) expect((await client(turn, access).get(ME)).status).toBe(200);
  }

  async function expectDead(generations: Tokens[]): Promise<void> {
    for (const turn of [0, 1])
      for (const { access, refresh: token } of generations) {
        expectProblem(await client(turn, access).get(ME), 401, 'INVALID_TOKEN');
        expectProblem(await refresh(turn, token), 401, 'INVALID_REFRESH_TOKEN');
      }
  }

  /** The trail of refused replays, as an administrator reads it. */
  async function replaysOf({ id }: Owner): Promise<unknown[]> {
    const admin = await signUp();
    await database.rows("UPDATE users SET role = 'admin' WHERE id = $1", [admin.id]);
    const { access } = await signIn(admin);
    const path = `/api/v1/admin/audit-events?type=session.refresh_reused&subject=${id}`;
    const { status, body } = await client(1, access).get(path);
    expect(status).toBe(200);
    return body.items;
  }

  async function expectTold(owner: Owner): Promise<void> {
    expect(await replaysOf(owner)).toEqual([
      expect.objectContaining({ outcome: 'failure', subjectId: owner.id, sessionId: expect.any(String) }),
    ]);
    // The welcome is the other one.
    const mails = await sink.mailsTo(owner.email, 2);
    expect(mails.filter(({ subject }) => subject === 'One of your sessions was ended')).toHaveLength(1);
  }

  it('gives fifty parallel calls the same successor, in one session that goes on', async () => {
    const first = await signIn(await signUp());
    const answers = (await race(first.refresh, 50)).map(tokensOf);
    const successors = [...new Set(answers.map((answer) => answer.refresh))];
    expect(successors).toEqual([expect.not.stringMatching(first.refresh)]);
    for (const answer of answers) await expectAlive(answer);

    const sessions = await client(1, first.access).get(`${AUTH}/sessions`);
    expect(sessions.body.items).toHaveLength(1);
    const next = tokensOf(await refresh(1, successors[0] ?? ''));
    expect(successors).not.toContain(next.refresh);
    await expectAlive(next);
  });

  it('logs nobody out in twenty generations that are each raced for', async () => {
    let current = await signIn(await signUp());
    const seen = new Set([current.refresh]);
    for (let generation = 1; generation <= 20; generation += 1) {
      const answers = (await race(current.refresh, 8)).map(tokensOf);
      for (const answer of answers) seen.add(answer.refresh);
      expect(seen.size).toBe(generation + 1);
      current = answers[generation % answers.length] ?? current;
    }
    await expectAlive(current);
  });

  it('ends the session everywhere when a token older than the last is shown, within the grace too', async () => {
    const owner = await signUp();
    const generations = await threeGenerations(owner);
    const other = await signIn(owner);
    expectProblem(await refresh(1, generations[0].refresh), 401, 'REFRESH_TOKEN_REUSED');
    await expectDead(generations);
    await expectAlive(other);
    await expectTold(owner);
  });

  it('tells of a replay once, however many copies of it arrive at a time', async () => {
    const owner = await signUp();
    const generations = await threeGenerations(owner);
    const answers = await race(generations[0].refresh, 16);
    const codes = answers.map(({ body }) => body.code);
    expect(codes).toContain('REFRESH_TOKEN_REUSED');
    for (const answer of answers) expectProblem(answer, 401);
    await expectDead(generations);
    await expectTold(owner);
  });

  it('knows old tokens for what they are after both processes were stopped and started', async () => {
    const owner = await signUp();
    const generations = await threeGenerations(owner);
    await expect(Promise.all([apis[0]?.stop('SIGKILL'), apis[1]?.stop('SIGTERM')])).resolves.toEqual(['SIGKILL', 0]);
    await startApis();
    await expectAlive(generations[2]);

    expectProblem(await refresh(0, generations[0].refresh), 401, 'REFRESH_TOKEN_REUSED');
    await expectDead(generations);
    await expectTold(owner);
  });

  it('stays ended when both processes were stopped and started after the replay', async () => {
    const owner = await signUp();
    const generations = await threeGenerations(owner);
    expectProblem(await refresh(0, generations[0].refresh), 401, 'REFRESH_TOKEN_REUSED');
    await expect(Promise.all([apis[0]?.stop('SIGTERM'), apis[1]?.stop('SIGKILL')])).resolves.toEqual([0, 'SIGKILL']);
    await startApis();
    await expectDead(generations);
    await expectTold(owner);
  });

  it('sees a sign-out at one process with the next request at the other', async () => {
    for (const turn of [0, 1]) {
      const owner = await signUp();
      const [ended, kept] = [await signIn(owner), await signIn(owner)];
      expect((await client(turn, ended.access).post(`${AUTH}/logout`)).status).toBe(204);
      expectProblem(await client(turn + 1, ended.access).get(ME), 401, 'INVALID_TOKEN');
      await expectDead([ended]);
      await expectAlive(kept);
    }
  });
});
