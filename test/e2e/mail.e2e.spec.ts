import { createPerson, PASSWORD } from '../support/people.js';
import { describeOnEachQueue } from '../support/queue-backends.js';
import { TestApi } from '../support/test-api.js';
import { TestClient } from '../support/test-client.js';
import { eventually } from './support/eventually.js';
import { MailSink, type ReceivedMail } from './support/mail-sink.js';
import { linkIn, mailIn, mailsTo } from './support/mails.js';
import { operations } from './support/operations.js';
import { expectProblem } from './support/problem.js';
import { expectHeader } from './support/scenarios.js';
import { TestWorker } from './support/test-worker.js';

const USERS = '/api/v1/users';
const MAIL_FROM = 'The Press <desk@press.example>';
const ID = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

describeOnEachQueue('the way of a mail', (queue) => {
  let api: TestApi;
  let worker: TestWorker;
  let sink: MailSink;

  beforeAll(async () => {
    sink = await MailSink.start();
    api = await TestApi.start();
    worker = await TestWorker.start(api, { ...(await queue.start()), SMTP_URL: sink.url, MAIL_FROM });
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
    await sink.stop();
    await queue.stop();
  });

  const signUp = async (email: string, headers: Record<string, string> = {}, more: object = {}): Promise<string> => {
    const answer = await api.client().post(USERS, { email, password: PASSWORD, ...more }, { headers });
    expect(answer.status).toBe(201);
    return answer.body.id;
  };

  const received = async (address: string): Promise<ReceivedMail> =>
    eventually(`a mail to ${address}`, async () => sink.to(address)[0]);

  /** Makes a mail due and overdue, instead of waiting until it is. */
  const makeOverdue = async (address: string): Promise<void> => {
    await api.database.rows(`UPDATE emails SET next_try_at = now() - interval '1 minute' WHERE to_address = $1`, [
      address,
    ]);
    expect(await worker.sweep()).toBe(1);
  };

  it('goes from the sign-up over a mail server to an address that is verified', async () => {
    const id = await signUp('Ada@example.com', {}, { fullName: 'Ada Lovelace' });
    const { from, to, content } = await received('Ada@example.com');

    expect({ from, to }).toEqual({ from: 'desk@press.example', to: ['Ada@example.com'] });
    expect(content.from).toMatchObject({ name: 'The Press', address: 'desk@press.example' });
    expect(content.to).toEqual([expect.objectContaining({ address: 'Ada@example.com' })]);
    expect(content.subject).toBe('Welcome to Broadsheet: please confirm your address');
    expect(content.text).toContain('Hello Ada Lovelace,');
    expect(content.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));

    const link = linkIn(content.text ?? '');
    expect(link.origin + link.pathname).toBe('http://localhost:3000/verify');
    expect(content.html).toContain(`href="${link.href}"`);
    const token = link.searchParams.get('token');
    expect((await api.client().post('/api/v1/auth/email/verify', { token })).status).toBe(204);
    const login = await api.client().post('/api/v1/auth/login', { username: 'ada@example.com', password: PASSWORD });
    const me = await api.client(login.body.access_token).get(`${USERS}/me`);
    expect(me.body).toMatchObject({ id, email: 'Ada@example.com', emailVerified: true });
  });

  it('has a Message-ID made of the mail’s id, is sent once, and says so', async () => {
    await signUp('once@example.com');
    const mail = await mailIn(api, 'once@example.com', 'sent', 1);
    const { content } = await received('once@example.com');
    expect(content.messageId).toBe(`<${mail.id}@press.example>`);
    expect(mail).toMatchObject({
      kind: 'welcome',
      toAddress: 'once@example.com',
      lastAnswer: expect.stringMatching(/^250/),
    });
    expect(await worker.sweep()).toBe(0);
    expect(sink.to('once@example.com')).toHaveLength(1);
    expect(await mailsTo(api, 'once@example.com')).toHaveLength(1);
  });

  it('is tried again after a temporary refusal, later each time, as the same mail', async () => {
    const address = 'patient@example.com';
    sink.refuse(address, 451, 'Try again later');
    await signUp(address);
    const first = await mailIn(api, address, 'pending', 1);
    expect(first.lastAnswer).toContain('451');
    expect(first.wait).toBeGreaterThan(10);
    expect(first.wait).toBeLessThan(20);

    await makeOverdue(address);
    const second = await mailIn(api, address, 'pending', 2);
    expect(second.wait).toBeGreaterThan(first.wait);

    sink.accept(address);
    await makeOverdue(address);
    const sent = await mailIn(api, address, 'sent', 3);
    expect(sent.id).toBe(first.id);
    expect(sink.to(address).map(({ content }) => content.messageId)).toEqual([`<${first.id}@press.example>`]);
    expect(sink.tried.filter((tried) => tried === address)).toHaveLength(3);
  });

  it('fails at once and for good when it is refused for good', async () => {
    const address = 'unknown@example.com';
    sink.refuse(address, 550, 'No such user here');
    await signUp(address);
    const mail = await mailIn(api, address, 'failed', 1);
    expect(mail.lastAnswer).toContain('No such user here');
    await api.database.rows(`UPDATE emails SET next_try_at = now() - interval '1 minute' WHERE id = $1`, [mail.id]);
    expect(await worker.sweep()).toBe(0);
    expect(sink.tried.filter((tried) => tried === address)).toHaveLength(1);
  });

  it('is cancelled when its account is deleted before it could be sent', async () => {
    sink.refuse('leaver@example.com', 451, 'Try again later');
    const leaver = await createPerson(api, 'leaver');
    await mailIn(api, leaver.email, 'pending', 1);
    await leaver.client.delete(`${USERS}/me`);
    sink.accept(leaver.email);
    await makeOverdue(leaver.email);
    const mail = await mailIn(api, leaver.email, 'cancelled');
    expect(mail.lastAnswer).toContain('is gone: the account');
    const subjects = sink.to(leaver.email).map(({ content }) => content.subject);
    expect(subjects.filter((subject) => subject?.startsWith('Welcome'))).toEqual([]);
  });

  it('carries the request id and the trace of the request that caused it', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await signUp('traced@example.com', { 'x-request-id': 'sign-up-42', traceparent });
    const mail = await mailIn(api, 'traced@example.com', 'sent');
    expect(mail.context).toEqual({ requestId: 'sign-up-42', traceparent });
  });

  it('carries no trace that is ill-formed', async () => {
    await signUp('untraced@example.com', { 'x-request-id': 'sign-up-43', traceparent: '00-0-0-0' });
    const mail = await mailIn(api, 'untraced@example.com', 'sent');
    expect(mail.context).toEqual({ requestId: 'sign-up-43' });
  });

  it('leads where the settings say, whatever host the request named', async () => {
    await signUp('careful@example.com', {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      origin: 'http://evil.example',
      referer: 'http://evil.example/',
    });
    const { content } = await received('careful@example.com');
    expect(`${content.text}${content.html}`).not.toContain('evil.example');
  });

  it('escapes what people write of themselves', async () => {
    await signUp('mallory@example.com', {}, { fullName: '<a href="http://evil.example">Click</a>' });
    const { content } = await received('mallory@example.com');
    expect(content.html).not.toContain('<a href="http://evil.example"');
    expect(content.html).toContain('&lt;a href=');
  });

  it('leaves no secret in the outbox, the job or the row', async () => {
    const address = 'secret@example.com';
    sink.refuse(address, 451, 'Try again later');
    await signUp(address);
    const { id } = await mailIn(api, address, 'pending', 1);
    const { body } = await api.client().get(`/inbox/messages/${id}`);
    const token = linkIn(body.text).searchParams.get('token') ?? '';
    expect(token).toMatch(/^[\w-]{40,}$/);
    const holding = async (table: string, text: string) =>
      (await api.database.rows(`SELECT 1 FROM ${table} t WHERE t::text LIKE '%' || $1 || '%'`, [text])).length;
    const jobs = await eventually('the job of its second try', async () => {
      const contents = await queue.contents(api.database);
      return contents.includes(id) ? contents : undefined;
    });
    for (const secret of [token, PASSWORD, address]) expect(jobs).not.toContain(secret);
    for (const table of ['outbox_events', 'emails', 'users'])
      for (const secret of [token, PASSWORD]) expect([table, await holding(table, secret)]).toEqual([table, 0]);
    expect(await holding('outbox_events', address)).toBe(0);
  });

  it('is owed by every one of thirty sign-ups at once, and comes once to each', async () => {
    const addresses = Array.from({ length: 30 }, (_, index) => `crowd.${index}@example.com`);
    await Promise.all(addresses.map((address) => signUp(address)));
    for (const address of addresses) await mailIn(api, address, 'sent', 1);
    expect(addresses.map((address) => sink.to(address).length)).toEqual(addresses.map(() => 1));
    const ids = new Set(addresses.map((address) => sink.to(address)[0]?.content.messageId));
    expect(ids.size).toBe(30);
  });
});

describe('the worker', () => {
  let api: TestApi;
  let worker: TestWorker;
  let client: TestClient;

  beforeAll(async () => {
    api = await TestApi.start();
    worker = await TestWorker.start(api);
    // What the worker answers is not in the document of the API.
    client = new TestClient(worker.url, { check: () => undefined });
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
  });

  it('records mails where there is no mail server, and the inbox shows them', async () => {
    const ada = await createPerson(api, 'ada');
    const mail = await mailIn(api, ada.email, 'sent', 1);
    const { body } = await api.client().get('/inbox/messages?to=ada@example.com');
    expect(body.items).toEqual([expect.objectContaining({ id: mail.id, status: 'sent', to: ada.email, tries: 1 })]);
    const message = await api.client().get(`/inbox/messages/${mail.id}`);
    expect(linkIn(message.body.text).searchParams.get('token')).toMatch(/^[\w-]{40,}$/);
    expect((await api.client().get('/inbox')).text).toContain(`/inbox?id=${mail.id}`);
  });

  it('answers probes, whatever the host', async () => {
    expect(await client.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    const ready = await client.get('/readiness');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready' } });
    expect(ready.body.checks).toEqual({ database: 'up', migrations: 'up', queue: 'up', worker: 'up' });
    await mailIn(api, 'ada@example.com', 'sent');
    const metrics = await client.get('/metrics');
    expect(metrics.text).toMatch(/^email_attempts_total\{outcome="sent"\} 1$/m);
    expectHeader(metrics, 'content-type', /^text\/plain/);
  });

  it('serves nobody else: no operation of the API, and no page', async () => {
    const ada = await createPerson(api, 'visitor');
    const known = operations(api).map((operation) => [operation.method, operation.path.replaceAll(/\{[^}]+\}/g, ID)]);
    const pages = ['/', '/docs', '/errors', '/inbox', '/verify', '/api/v1/openapi.json', '/assets/style.css'];
    for (const [method = '', path = ''] of [...known, ...pages.map((page) => ['GET', page])]) {
      const headers = { authorization: `Bearer ${ada.accessToken}` };
      const answer = await client.request(method, path, { headers });
      expectProblem(answer, 404, 'ROUTE_NOT_FOUND');
    }
  });
});

describe('a worker that starts late', () => {
  let api: TestApi;
  let worker: TestWorker;

  beforeEach(async () => {
    api = await TestApi.start();
  });

  afterEach(async () => {
    await worker.stop();
    await api.stop();
  });

  it('sends what was owed before', async () => {
    const early = await createPerson(api, 'early');
    expect(await mailsTo(api, early.email)).toEqual([]);
    worker = await TestWorker.start(api);
    expect((await mailIn(api, early.email, 'sent')).tries).toBe(1);
  });

  it('owes an account that was deleted meanwhile the notice of that, and nothing else', async () => {
    const leaver = await createPerson(api, 'leaver');
    await leaver.client.delete(`${USERS}/me`);
    worker = await TestWorker.start(api);
    await eventually('the event to be done', async () => {
      const rows = await api.database.rows(`SELECT 1 FROM outbox_events WHERE state <> 'done'`);
      return rows.length === 0 || undefined;
    });
    expect((await mailsTo(api, leaver.email)).map(({ kind }) => kind)).toEqual(['account-deleted']);
  });
});
