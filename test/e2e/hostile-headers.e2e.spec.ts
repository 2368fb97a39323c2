import { IdentitiesService } from '../../src/auth/identities/identities.service.js';
import { parseRecord } from '../../src/cli/admin/archive/parse-line.js';
import { newId } from '../../src/common/ids/uuid.js';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { eventually } from './support/eventually.js';
import { MailSink, type ReceivedMail } from './support/mail-sink.js';
import { JSON_BODY, operations } from './support/operations.js';
import { POSTS, writePost } from './support/posts.js';
import { refusedFields } from './support/problem.js';
import { startInProduction } from './support/production.js';
import { TestWorker } from './support/test-worker.js';
import { exchange, getFrom } from './support/wire.js';

/** What ends a line, for one program or another, and then begins a header of a mail. */
const LINE_ENDS: [name: string, text: string][] = [
  ['CR LF', 'x\r\nBcc: eve@evil.example'],
  ['LF', 'x\nBcc: eve@evil.example'],
  ['CR', 'x\rBcc: eve@evil.example'],
  ['an empty line', 'x\r\n\r\nInjected'],
  ['a folded line', 'x\r\n Bcc: eve@evil.example'],
  ['a vertical tab', 'x\vBcc: eve@evil.example'],
  ['a form feed', 'x\fBcc: eve@evil.example'],
  ['NEL', 'x\u0085Bcc: eve@evil.example'],
  ['a line separator', 'x\u2028Bcc: eve@evil.example'],
  ['a paragraph separator', 'x\u2029Bcc: eve@evil.example'],
];

/** What may stand in a line, and must mean nothing in a header. */
const LINES: [name: string, text: string][] = [
  ['a header', 'Bcc: eve@evil.example'],
  ['an escaped line end', 'x\\r\\nBcc: eve@evil.example'],
  ['an encoded line end', 'x%0d%0aBcc: eve@evil.example'],
  ['an encoded word', '=?utf-8?q?=0d=0aBcc=3a_eve=40evil.example?='],
  ['an encoded word in base64', '=?utf-8?b?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?='],
  ['an encoded word without an end', '=?utf-8?q?x'],
  ['letters whose low bytes are a line end', 'x\u010d\u010aBcc: eve@evil.example'],
  ['addresses', 'x <eve@evil.example>, bob@example.com'],
  ['quotes', '"x" <eve@evil.example>;'],
  ['an end of the data', '. QUIT'],
  ['quoted-printable', 'x=0D=0ABcc: eve@evil.example'],
  ['letters of every script', 'Zoë Ünal 日本語 🗞️'],
  ['a hundred letters of four bytes', '🗞'.repeat(100)],
];

/** As they stand in a target. */
const INJECTED = ['%0d%0aX-Injected: yes', '%0aX-Injected: yes', '%0dX-Injected: yes', '%e2%80%a8X-Injected: yes'];

const NOW = '2026-01-01T00:00:00Z';

const NAMED = ['fullName', 'username', 'title', 'slug'];

const namesOf = ({ headers }: ReceivedMail['content']): string[] => headers.map(({ key }) => key).sort();

const inOneLine = (text: string): string => text.replaceAll(/[\s\u0085]+/g, ' ').trim();

/** Every text of people that gets into a header: of a mail, or of an answer. */
describe('a text that would be a header', () => {
  let api: TestApi;
  let worker: TestWorker;
  let sink: MailSink;
  let ada: Person;
  let follower: Person;
  let plain: ReceivedMail;

  beforeAll(async () => {
    sink = await MailSink.start();
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    worker = await TestWorker.start(api, { SMTP_URL: sink.url });
    [ada, follower] = [await createPerson(api, 'ada', 'admin'), await createPerson(api, 'follower')];
    await api.database.rows('UPDATE users SET email_verified_at = now()');
    await follower.client.put(`/api/v1/users/${ada.id}/subscription`, undefined);
    plain = await newsOf('Plain', 'Plain');
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
    await sink.stop();
  });

  /**
   * The mail about a post with this title by an author with this name, whose To is the follower's. Both are put where the
   * API would not take them, as what was imported once may be older than its checks.
   */
  async function newsOf(title: string, name: string): Promise<ReceivedMail> {
    const before = sink.mails.length;
    const post = await writePost(ada.client, { title: 'A draft' });
    await api.database.rows('UPDATE users SET full_name = $1 WHERE id = $2', [name, ada.id]);
    await api.database.rows('UPDATE posts SET title = $1 WHERE id = $2', [title, post.id]);
    expect((await ada.client.post(`${post.path}/publish`)).status).toBe(200);
    const news = () =>
      sink.mails.slice(before).filter(({ content }) => content.headers.some(({ key }) => key === 'list-unsubscribe'));
    const mail = await eventually('the news', async () => news()[0]);
    expect(news()).toHaveLength(1);
    return mail;
  }

  it.each([...LINE_ENDS, ...LINES])('stays a subject: %s', async (_name, text) => {
    for (const [title, name] of [
      [text, 'Ada'],
      ['News', text],
    ] as const) {
      const { to, content } = await newsOf(title, name);
      expect(to).toEqual([follower.email]);
      expect(content.to?.map(({ address }) => address)).toEqual([follower.email]);
      expect([content.cc, content.bcc, content.replyTo]).toEqual([undefined, undefined, undefined]);
      expect(namesOf(content)).toEqual(namesOf(plain.content));
      expect(inOneLine(content.subject ?? '')).toBe(inOneLine(`${name}: ${title}`));
      expect(content.text).toContain('Unsubscribe:');
    }
  });

  it.each(LINE_ENDS)('is refused by everything that reads a name or a title: %s', async (_name, text) => {
    let tried = 0;
    // What is typed to sign in is written nowhere.
    const writing = operations(api).filter(({ path }) => !path.includes('/auth/'));
    for (const { method, path, bodies, example } of writing)
      for (const field of NAMED.filter((name) => bodies[JSON_BODY]?.[name])) {
        tried += 1;
        const id = path.includes('/users/') ? ada.id : '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
        const body = { ...(example as object), [field]: text };
        const answer = await ada.client.request(method, path.replace('{id}', id), { body });
        expect({ path, field, fields: refusedFields(answer) }).toEqual({ path, field, fields: [field] });
      }
    expect(tried).toBeGreaterThan(11);
  });

  it.each(LINE_ENDS)('is refused by the import, and taken from no outside issuer: %s', async (_name, text) => {
    const times = { createdAt: NOW, updatedAt: NOW };
    const account = { type: 'account', id: newId(), email: 'grace@example.com', username: 'grace', role: 'user' };
    const whole = { ...account, ...times, isActive: true, credentialsChangedAt: NOW };
    const post = { type: 'post', id: newId(), authorId: newId(), slug: 'x', content: 'x', excerpt: 'x', tags: [] };
    const draft = { ...post, ...times, status: 'draft', version: 1 };
    expect(parseRecord({ ...whole, fullName: 'Grace' }).row).toMatchObject({ full_name: 'Grace' });
    expect(() => parseRecord({ ...whole, fullName: text })).toThrow(/fullName: must be a single line/);
    expect(parseRecord({ ...draft, title: 'x' }).row).toMatchObject({ title: 'x' });
    expect(() => parseRecord({ ...draft, title: text })).toThrow(/title: must be a single line/);
    const claims = { issuer: 'https://id.example', subject: newId(), email: `${newId()}@example.com`, name: text };
    const made = await api.app.get(IdentitiesService).accountOf({ ...claims, emailVerified: true });
    expect(made).toMatchObject({ email: claims.email, fullName: null });
  });

  it.each([...INJECTED, '%e5%98%8d%e5%98%8aX-Injected: yes'])('in a target becomes no header: %s', async (text) => {
    const injected = text.replaceAll(' ', '%20');
    for (const title of ['x injected yes', 'x injected yes too'])
      await writePost(ada.client, {
        title,
        content: `yes${decodeURIComponent(text)}`,
        tags: ['x', 'y'],
        published: true,
      });
    const { host } = new URL(api.url);
    const reading = operations(api).filter(({ method, path }) => method === 'GET' && !path.endsWith('/events'));
    const targets = reading.map(({ path }) => path.replaceAll(/\{[^}]+\}/g, `x${injected}`));
    for (const { path, query } of reading)
      for (const { name } of query)
        targets.push(`${path.replaceAll(/\{[^}]+\}/g, ada.id)}?limit=1&${name}=x${injected}`);
    expect(targets.length).toBeGreaterThan(60);
    // The last one has a next page, to which a link leads.
    for (const target of [...targets, `/nowhere${injected}`, `/${injected}`, `${POSTS}?limit=1&q=yes${injected}`]) {
      const headers = { Authorization: `Bearer ${ada.accessToken}` };
      const answer = await exchange(api.url, getFrom(host, target, headers));
      expect({ target, injected: answer.headers.get('x-injected') }).toEqual({ target, injected: null });
      expect(answer.status).toBeLessThan(500);
    }
    const listed = await exchange(api.url, getFrom(host, `${POSTS}?limit=1&q=yes${injected}`));
    expect({ status: listed.status, link: listed.headers.get('link') }).toEqual({
      status: 200,
      link: expect.stringMatching(/^<[!-~]+>; rel="next"$/),
    });
  });

  it.each(INJECTED)('in a header of a request comes back in none: %s', async (text) => {
    const value = decodeURIComponent(text).replaceAll(/[\r\n\u2028]/g, '\t');
    for (const sent of [value, text])
      for (const name of ['x-request-id', 'origin', 'traceparent', 'idempotency-key', 'if-none-match', 'user-agent']) {
        const { headers } = await api.client().get(POSTS, { headers: { [name]: `http://localhost${sent}` } });
        expect(headers.get('x-injected')).toBeNull();
        expect([...headers.values()].join('\n')).not.toContain('X-Injected');
      }
  });
});

describe('a redirect to https', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startInProduction();
  });

  afterAll(() => api.stop());

  it.each(INJECTED)('has one header of what is asked for: %s', async (text) => {
    const target = `/a${text}?b=${text}`.replaceAll(' ', '%20');
    const { status, headers } = await exchange(api.url, getFrom('press.test', target));
    expect({ status, location: headers.get('location'), injected: headers.get('x-injected') }).toEqual({
      status: 308,
      location: `https://press.test${target}`,
      injected: null,
    });
  });
});
