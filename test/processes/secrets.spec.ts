import { createConnection } from 'node:net';
import { Redis } from 'ioredis';
import { MailSink } from '../support/mail-sink.js';
import { until } from '../support/program.js';
import { isRedisThere, TestRedis } from '../support/redis.js';
import { TestDatabase } from '../support/test-database.js';
import { TraceCollector } from '../support/trace-collector.js';
import { TwoProcesses } from '../support/two-processes.js';

type Answer = { status: number; body: Record<string, string> };

/** Known when it turns up anywhere, in whatever it was wrapped. */
const canary = (name: string): string => `Canary-${name}-7f3a9c`;

/** They open something: nobody may ever read them again. */
const SECRETS = {
  password: canary('password'),
  wrongPassword: canary('wrong-password'),
  brokenJson: canary('broken-json'),
  largeBody: canary('large-body'),
  unknownField: canary('unknown-field'),
  wrongType: canary('wrong-type'),
  bearer: canary('bearer'),
  cookie: canary('cookie'),
  apiKey: canary('api-key'),
  idempotencyKey: canary('idempotency-key'),
  query: canary('query'),
  path: canary('path'),
  badUrl: canary('bad-url'),
  badHttp: canary('bad-http'),
  headers: canary('headers'),
  refreshToken: canary('refresh-token'),
  linkToken: canary('link-token'),
  clientSecret: canary('client-secret'),
  lost: canary('lost-with-a-table'),
};

/** They belong to somebody: in the rows and mails that are about them, and nowhere else. */
const PERSONAL = {
  email: 'canary-mail-7f3a9c@example.com',
  refused: 'refused-canary-7f3a9c@example.com',
  fullName: canary('full-name'),
  content: `token=${canary('content')}`,
  title: canary('title'),
};

/** Everything in every table, a row a line. */
async function everyRow(database: TestDatabase): Promise<string> {
  const tables = await database.rows<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await database.rows<{ text: string }>(`SELECT row_to_json(t)::text AS text FROM ${name} AS t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts.join('\n');
}

/** Which of the values are in the text; said by their names, so that a failure can be read. */
const namesIn = (text: string, values: Record<string, string>): string[] =>
  Object.entries(values)
    .filter(([, value]) => text.includes(value))
    .map(([name]) => name);

const requestLines = (log: string): Record<string, unknown>[] =>
  log
    .split('\n')
    .filter((line) => line.endsWith('"msg":"request"}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The processes say all that they can say, to all that listens, while they are sent secrets in every place. */
describe('what a client sends', () => {
  let database: TestDatabase;
  let sink: MailSink;
  let collector: TraceCollector;
  let redis: TestRedis | undefined;
  let client: Redis | undefined;
  let monitor: Redis | undefined;
  let processes: TwoProcesses;
  /** Every command that Redis was given. */
  let commands = '';
  /** Given out by the server: as secret as what was sent. */
  const issued: Record<string, string> = {};
  const statuses: number[] = [];

  beforeAll(async () => {
    [database, sink, collector] = await Promise.all([TestDatabase.create(), MailSink.start(), TraceCollector.start()]);
    if (isRedisThere) {
      redis = await TestRedis.start();
      client = new Redis(redis.url);
      monitor = await client.monitor();
      monitor.on('monitor', (_time: string, words: string[]) => (commands += `${words.join(' ')}\n`));
    }
    processes = await TwoProcesses.start({
      DATABASE_URL: database.url,
      SMTP_URL: sink.url,
      LOG_LEVEL: 'trace',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...(redis && { REDIS_URL: redis.url }),
    });
    await everyKindOfRequest();
  });

  afterAll(async () => {
    await processes.kill();
    for (const connection of [client, monitor]) connection?.disconnect();
    await Promise.all([sink.stop(), collector.stop(), redis?.stop()]);
    await database.drop();
  });

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isForm = body instanceof URLSearchParams;
    const answer = await fetch(`${processes.url}${path}`, {
      method,
      headers: {
        cookie: `session=${SECRETS.cookie}`,
        'x-api-key': SECRETS.apiKey,
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: isForm || typeof body === 'string' ? body : JSON.stringify(body),
    });
    statuses.push(answer.status);
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : {} };
  }

  const signIn = (username: string, password: string) => send('POST', '/api/v1/auth/login', { username, password });

  /** What no client library lets through. */
  const sendRaw = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = createConnection(Number(new URL(processes.url).port), '127.0.0.1', () => socket.write(text));
      socket.once('data', (answer) => {
        statuses.push(Number(answer.toString().split(' ')[1]));
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });

  async function everyKindOfRequest(): Promise<void> {
    const { email, fullName, refused } = PERSONAL;
    const { password } = SECRETS;
    const once = { 'idempotency-key': SECRETS.idempotencyKey };

    // What is done.
    await send('POST', '/api/v1/users', { email, password, fullName }, once);
    await send('POST', '/api/v1/users', { email: refused, password });
    const { body: tokens } = await signIn(email, password);
    Object.assign(issued, { access: tokens['access_token'], refresh: tokens['refresh_token'] });
    const authorization = `Bearer ${tokens['access_token']}`;
    const post = { title: PERSONAL.title, content: PERSONAL.content, published: true };
    await send('POST', '/api/v1/posts', post, { authorization, ...once });
    await send('POST', '/api/v1/auth/refresh', { refresh_token: tokens['refresh_token'] });
    await send('POST', '/api/v1/auth/password/forgot', { email });
    const [, reset] = await sink.mailsTo(email, 2);
    Object.assign(issued, { link: /token=([\w-]+)/.exec(reset?.text ?? '')?.[1] });

    // What is refused.
    await signIn(email, SECRETS.wrongPassword);
    await send('POST', '/api/v1/users', `{"password": ${SECRETS.brokenJson}}`);
    await send('POST', '/api/v1/users', { password: SECRETS.largeBody.repeat(100_000) });
    await send('POST', '/api/v1/users', { email, password, [SECRETS.unknownField]: SECRETS.unknownField });
    await send('POST', '/api/v1/users', { email: { value: SECRETS.wrongType }, password: [SECRETS.wrongType] });
    await send('GET', '/api/v1/users/me', undefined, { authorization: `Bearer ${SECRETS.bearer}` });
    await send('GET', `/api/v1/posts?token=${SECRETS.query}`);
    await send('GET', `/api/v1/${SECRETS.path}/${email}?token=${SECRETS.query}`);
    await send('POST', '/api/v1/auth/refresh', { refresh_token: SECRETS.refreshToken });
    await send('POST', '/api/v1/auth/password/reset', { token: SECRETS.linkToken, password: SECRETS.wrongPassword });
    await send('POST', `/api/v1/unsubscribe?token=${SECRETS.linkToken}`);
    await send('POST', '/queues/login', new URLSearchParams({ username: email, password: SECRETS.wrongPassword }));
    const grant = { grant_type: 'password', username: email, password: SECRETS.wrongPassword };
    const program = { client_id: 'x', client_secret: SECRETS.clientSecret };
    await send('POST', '/api/v1/auth/token', new URLSearchParams({ ...grant, ...program }));
    await sendRaw(`GET /%zz?token=${SECRETS.badUrl} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await sendRaw(`${SECRETS.badHttp}\r\n\r\n`);
    await sendRaw(`GET / HTTP/1.1\r\nX: ${SECRETS.headers.repeat(2_000)}\r\n\r\n`);

    // What breaks, in a statement of TypeORM and in one of our own.
    await database.rows(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = 'broken', DETAIL = row_to_json(NEW)::text; END $$`);
    await database.rows('CREATE TRIGGER refuse BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse()');
    await database.rows('CREATE TRIGGER refuse BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION refuse()');
    await send('POST', '/api/v1/users', { email: `lost-${email}`, password: SECRETS.lost, fullName });
    await send('POST', '/api/v1/posts', { ...post, content: SECRETS.lost }, { authorization });
    // Both the mail that was refused and the spans of the last request have arrived by then.
    await processes.worker.says('Mail failed for good');
    await until(() => collector.spans.filter(({ status }) => status === 2).length > 1);
  }

  it('is taken, refused and broken as the test means it', () => {
    const done = [201, 201, 200, 201, 200, 202];
    const refused = [401, 400, 413, 422, 422, 401, 422, 404, 401, 400, 400, 401, 400, 400, 400, 431];
    const broken = [500, 500];
    expect(statuses).toEqual([...done, ...refused, ...broken]);
    for (const value of Object.values(issued)) expect(value).toMatch(/^[\w.-]{40,}$/);
  });

  it('is in no line of the log, neither as a secret nor as something about a person', () => {
    const log = processes.api.output + processes.worker.output;
    expect(log).toContain('INTERNAL_ERROR');
    expect(log).toContain('no such user');
    expect(namesIn(log, { ...SECRETS, ...issued, ...PERSONAL })).toEqual([]);
  });

  it('has one line for each request', async () => {
    await until(() => requestLines(processes.api.output).length >= statuses.length);
    const lines = requestLines(processes.api.output);
    expect(lines.map(({ status }) => status)).toEqual(statuses);
    for (const { level, status } of lines) expect(level).toBe(Number(status) >= 500 ? 'error' : 'info');
    expect(lines[2]).toEqual({
      level: 'info',
      time: expect.any(String),
      msg: 'request',
      requestId: expect.any(String),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      method: 'POST',
      route: '/api/v1/auth/login',
      status: 200,
      ms: expect.any(Number),
      bytesIn: expect.any(Number),
      bytesOut: expect.any(Number),
    });
    expect(lines[3]).toMatchObject({ route: '/api/v1/posts', userId: expect.any(String) });
  });

  it('is in no table as a secret; what is about a person is where it belongs', async () => {
    const rows = await everyRow(database);
    expect(namesIn(rows, PERSONAL)).toEqual(Object.keys(PERSONAL));
    expect(namesIn(rows, { ...SECRETS, ...issued })).toEqual([]);
  });

  it('is in no mail as a secret, but for the links that are meant to be', () => {
    const mails = sink.received.map(({ mail }) => `${mail.subject} ${mail.text} ${mail.html}`).join('\n');
    const { link = '', ...tokens } = issued;
    expect(mails).toContain(link);
    expect(namesIn(mails, { ...SECRETS, ...tokens })).toEqual([]);
  });

  it('is in neither metrics nor spans', async () => {
    const metrics = await Promise.all(
      [processes.url, processes.workerUrl].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    expect(metrics.join('')).toContain('sign_in_attempts_total{outcome="refused"} 3');
    const told = metrics.join('') + collector.text;
    expect(namesIn(told, { ...SECRETS, ...issued, ...PERSONAL })).toEqual([]);
  });

  (isRedisThere ? it : it.skip)('never goes through Redis', () => {
    expect(commands).toContain('emailId');
    expect(namesIn(commands, { ...SECRETS, ...issued, ...PERSONAL })).toEqual([]);
  });
});
