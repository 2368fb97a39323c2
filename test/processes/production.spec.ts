import { MailSink } from '../support/mail-sink.js';
import { freePort, Program, until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

/** The one test of what is deployed: the build, as ES modules, in processes of their own, in production. */
describe('the production processes', () => {
  let database: TestDatabase;
  let sink: MailSink;
  let environment: NodeJS.ProcessEnv;
  let api: Program;
  let worker: Program;
  let url: string;
  let workerUrl: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    sink = await MailSink.start();
    const [port, workerPort] = [await freePort(), await freePort()];
    url = `http://127.0.0.1:${port}`;
    workerUrl = `http://127.0.0.1:${workerPort}`;
    environment = {
      PORT: String(port),
      WORKER_PORT: String(workerPort),
      HOST: '127.0.0.1',
      PUBLIC_URL: 'https://news.example.org',
      ALLOWED_HOSTS: '127.0.0.1',
      FORCE_HTTPS: 'off',
      DATABASE_URL: database.url,
      SECRET_KEY: 'fGk2m4Jx0q7Zr9Tt1Wv3Yb5Nc8Pe6Ls0Hd2',
      SMTP_URL: sink.url,
      MAIL_FROM: 'News <news@example.org>',
    };
    api = new Program('dist/src/main.js', environment);
    worker = new Program('dist/src/worker.js', environment);
    await Promise.all([api.says('"msg":"Started"'), worker.says('"msg":"Started"')]);
  });

  afterAll(async () => {
    await Promise.all([api.stop('SIGKILL'), worker.stop('SIGKILL')]);
    await sink.stop();
    await database.drop();
  });

  const signUp = (email: string) =>
    fetch(`${url}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'smoke-test-1' },
      body: JSON.stringify({ email, password: 'correct horse battery' }),
    });

  it('send the welcome mail of a sign-up, with a link that verifies the address', async () => {
    const answer = await signUp('ada@example.com');
    expect(answer.status).toBe(201);

    const [mail] = await sink.mailsTo('ada@example.com');
    expect(mail?.from).toMatchObject({ name: 'News', address: 'news@example.org' });
    const link = /https:\/\/news\.example\.org\/verify\?token=([\w-]+)/.exec(mail?.text ?? '');
    const verified = await fetch(`${url}/api/v1/auth/email/verify`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link?.[1] }),
    });
    expect(verified.status).toBe(204);
  });

  it('log in JSON, with the request id in the lines of both', async () => {
    await until(() => api.output.includes('smoke-test-1') && worker.output.includes('smoke-test-1'));
    for (const line of [...api.output.trim().split('\n'), ...worker.output.trim().split('\n')])
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(String) });
    expect(api.output + worker.output).not.toContain('ada@example.com');
  });

  it('answer probes, and have no inbox', async () => {
    for (const base of [url, workerUrl]) {
      expect((await fetch(`${base}/health`)).status).toBe(200);
      const readiness = await fetch(`${base}/readiness`);
      expect({ status: readiness.status, body: await readiness.json() }).toEqual({
        status: 200,
        body: { status: 'ready', checks: expect.objectContaining({ database: 'up', migrations: 'up', queue: 'up' }) },
      });
      expect((await fetch(`${base}/metrics`)).status).toBe(404);
    }
    expect((await fetch(`${url}/inbox`)).status).toBe(404);
    expect((await fetch(`${workerUrl}/api/v1/users`)).status).toBe(404);
  });

  it('do not start a worker on a schema that was not migrated, and say so', async () => {
    const unmigrated = await TestDatabase.create();
    await unmigrated.rows('DROP SCHEMA bullmq CASCADE');
    const early = new Program('dist/src/worker.js', { ...environment, DATABASE_URL: unmigrated.url, WORKER_PORT: '0' });
    await expect(early.end()).resolves.toBe(1);
    expect(early.output).toMatch(/"level":"fatal".*schema/);
    await unmigrated.drop();
  });

  it('finish what was begun when they are told to stop', async () => {
    const inFlight = signUp('grace@example.com');
    await until(async () => {
      const rows = await database.rows("SELECT 1 FROM pg_stat_activity WHERE application_name = 'broadsheet'");
      return rows.length > 0;
    });
    const stopped = api.stop('SIGTERM');
    const answer = await inFlight;
    expect(answer.status).toBe(201);
    await expect(stopped).resolves.toBe(0);

    await sink.mailsTo('grace@example.com');
    await expect(worker.stop('SIGTERM')).resolves.toBe(0);
    const owed = await database.rows("SELECT id FROM emails WHERE state <> 'sent'");
    expect(owed).toEqual([]);
  });
});

describe('a start with wrong settings', () => {
  it('is refused with one line for each problem', async () => {
    const program = new Program('dist/src/main.js', { SECRET_KEY: 'short', BCRYPT_COST: '4', PORT: 'http' });
    await expect(program.end()).resolves.toBe(78);
    expect(program.output).toContain('PORT: must be a whole number');

    const second = new Program('dist/src/main.js', { SECRET_KEY: 'short', BCRYPT_COST: '4', CORS_ORIGINS: '*' });
    await expect(second.end()).resolves.toBe(78);
    for (const name of ['SECRET_KEY', 'DATABASE_URL', 'PUBLIC_URL', 'SMTP_URL', 'BCRYPT_COST', 'CORS_ORIGINS'])
      expect(second.output).toMatch(new RegExp(`^  ${name}: .+$`, 'm'));
  });
});
