import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { eventually } from './support/eventually.js';
import { MailSink, type ReceivedMail } from './support/mail-sink.js';
import { expectProblem } from './support/problem.js';
import { TestWorker } from './support/test-worker.js';

const POSTS = '/api/v1/posts';
const PUBLIC_URL = 'https://news.example.org';

interface NewsRow {
  id: string;
  to: string;
  state: string;
  tries: number;
}

const subscription = (author: Person) => `/api/v1/users/${author.id}/subscription`;

describe('the mails to followers', () => {
  let api: TestApi;
  let worker: TestWorker;
  let sink: MailSink;
  let ada: Person;
  let count = 0;

  beforeAll(async () => {
    sink = await MailSink.start();
    api = await TestApi.start({ PUBLIC_URL });
    worker = await TestWorker.start(api, { PUBLIC_URL, SMTP_URL: sink.url });
    ada = await createPerson(api, 'ada');
  });

  beforeEach(() => api.database.rows('TRUNCATE subscriptions'));

  afterAll(async () => {
    await worker.stop();
    await api.stop();
    await sink.stop();
  });

  /** Somebody who follows Ada, and whose address is verified. */
  async function createFollower(): Promise<Person> {
    const follower = await createPerson(api, `follower-${(count += 1)}`);
    await api.database.rows('UPDATE users SET email_verified_at = now() WHERE id = $1', [follower.id]);
    await follower.client.put(subscription(ada), undefined);
    return follower;
  }

  async function publish(title = 'News', more: object = {}, author = ada): Promise<string> {
    const answer = await author.client.post(POSTS, { title, content: 'Some text', published: true, ...more });
    expect(answer.status).toBe(201);
    return answer.body.id;
  }

  const change = async (id: string, verb: 'publish' | 'unpublish'): Promise<void> =>
    expect((await ada.client.post(`${POSTS}/${id}/${verb}`)).status).toBe(200);

  const newsOf = async (postId: string): Promise<NewsRow[]> =>
    api.database.rows<NewsRow>(
      'SELECT id, to_address AS to, state, tries FROM emails WHERE post_id = $1 ORDER BY to_address',
      [postId],
    );

  /** Once the post was published so often, and every follower has been gone through. */
  const fannedOut = async (postId: string, times = 1): Promise<NewsRow[]> =>
    eventually(`the fan-out of ${postId}`, async () => {
      const done = await api.database.rows('SELECT 1 FROM email_fan_outs WHERE post_id = $1 AND done_at IS NOT NULL', [
        postId,
      ]);
      return done.length === times ? newsOf(postId) : undefined;
    });

  const stateIn = async (postId: string, state: string, tries?: number): Promise<NewsRow> =>
    eventually(`a mail that is ${state}`, async () => {
      const [mail] = await newsOf(postId);
      return mail?.state === state && (tries === undefined || mail.tries === tries) ? mail : undefined;
    });

  const received = async (address: string, subject: string): Promise<ReceivedMail> =>
    eventually(`a mail to ${address}`, async () => sink.to(address).find(({ content }) => content.subject === subject));

  const newsTo = ({ email }: Person): (string | undefined)[] =>
    sink
      .to(email)
      .map(({ content }) => content.subject)
      .filter((subject) => subject?.startsWith('ada: '));

  /** Holds the mail of the follower back as a busy mail server does. */
  async function heldBack(follower: Person, title: string): Promise<string> {
    sink.refuse(follower.email, 451, 'Try again later');
    const id = await publish(title);
    await stateIn(id, 'pending', 1);
    sink.accept(follower.email);
    return id;
  }

  async function tryAgain(postId: string): Promise<void> {
    await api.database.rows("UPDATE emails SET next_try_at = now() - interval '1 minute' WHERE post_id = $1", [postId]);
    expect(await worker.sweep()).toBe(1);
  }

  it('go to those who may get them, once to each, and to nobody else', async () => {
    const [reader, unverified, deleted, disabled, unfollowed] = await Promise.all([
      createFollower(),
      createFollower(),
      createFollower(),
      createFollower(),
      createFollower(),
    ]);
    await api.database.rows('UPDATE users SET email_verified_at = NULL WHERE id = $1', [unverified.id]);
    await deleted.client.delete('/api/v1/users/me');
    await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [disabled.id]);
    await unfollowed.client.delete(subscription(ada));
    const id = await publish('For readers');
    expect((await fannedOut(id)).map(({ to }) => to)).toEqual([reader.email]);
    await received(reader.email, 'ada: For readers');
    expect(newsTo(reader)).toEqual(['ada: For readers']);
  });

  it('can be watched by administrators', async () => {
    const admin = (await createPerson(api, 'watcher', 'admin')).client;
    const [, late] = [await createFollower(), await createFollower()];
    sink.refuse(late.email, 451, 'Try again later');
    const postId = await publish('Watched');
    await fannedOut(postId);
    await eventually('one mail sent, and one postponed', async () => {
      const states = (await newsOf(postId)).map(({ state, tries }) => `${state} ${tries}`);
      return states.toSorted().join() === 'pending 1,sent 1' ? true : undefined;
    });
    sink.accept(late.email);

    const { body } = await admin.get('/api/v1/admin/bulk-emails?limit=1');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const row = { postId, postTitle: 'Watched', written: 2, startedAt: time, writtenAt: time };
    expect(body).toMatchObject({ items: [row], page: { hasMore: true } });
    const { body: progress } = await admin.get(`/api/v1/admin/bulk-emails/${body.items[0].id}`);
    expect(progress).toEqual({
      ...body.items[0],
      counts: { pending: 1, sending: 0, sent: 1, failed: 0, cancelled: 0 },
    });
    expectProblem(await admin.get(`/api/v1/admin/bulk-emails/${postId}`), 404, 'BULK_EMAIL_NOT_FOUND');
  });

  it('do not come for drafts, changes, or posts of others', async () => {
    const reader = await createFollower();
    const bob = await createPerson(api, 'bob');
    await publish('By Bob', {}, bob);
    const draft = await publish('Draft', { published: false });
    await ada.client.patch(`${POSTS}/${draft}`, { title: 'Still a draft' });
    await change(draft, 'publish');
    await ada.client.patch(`${POSTS}/${draft}`, { title: 'Changed afterwards' });
    await fannedOut(draft);
    await stateIn(draft, 'sent', 1);
    expect(newsTo(reader)).toHaveLength(1);
  });

  it('are not sent again when a post is withdrawn and published again', async () => {
    const reader = await createFollower();
    const id = await publish('Twice');
    await stateIn(id, 'sent', 1);
    await change(id, 'unpublish');
    await change(id, 'publish');
    await fannedOut(id, 2);
    expect(await worker.sweep()).toBe(0);
    expect(await newsOf(id)).toEqual([expect.objectContaining({ state: 'sent', tries: 1 })]);
    expect(newsTo(reader)).toEqual(['ada: Twice']);
  });

  it('are cancelled while the post is withdrawn, and owed again when it is back', async () => {
    const reader = await createFollower();
    const id = await heldBack(reader, 'Back again');
    await change(id, 'unpublish');
    await tryAgain(id);
    const cancelled = await stateIn(id, 'cancelled');
    expect(newsTo(reader)).toEqual([]);

    await change(id, 'publish');
    await fannedOut(id, 2);
    expect((await stateIn(id, 'sent')).id).toBe(cancelled.id);
    expect(newsTo(reader)).toEqual(['ada: Back again']);
  });

  it('are cancelled for who has unfollowed before they could be sent', async () => {
    const reader = await createFollower();
    const id = await heldBack(reader, 'Too late');
    await reader.client.delete(subscription(ada));
    await tryAgain(id);
    await stateIn(id, 'cancelled');
    expect(newsTo(reader)).toEqual([]);
  });

  it('end their subscription with the link in their header, which comes in one piece', async () => {
    const reader = await createFollower();
    await publish('One click');
    const { raw, content } = await received(reader.email, 'ada: One click');
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    const url = /^List-Unsubscribe:(?:\r\n)? <(\S+)>\r?$/m.exec(head)?.[1] ?? '';
    expect(url).toMatch(/^https:\/\/news\.example\.org\/api\/v1\/unsubscribe\?token=[\w-]{64}$/);
    expect(head).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
    expect(content.text).toContain(url);
    expect(content.html).toContain(`href="${url}"`);
    expect(content.text).toContain(`${PUBLIC_URL}/p/one-click`);

    const clicked = await api.client().request('POST', url.slice(PUBLIC_URL.length), {
      form: { 'List-Unsubscribe': 'One-Click' },
    });
    expect(clicked.status).toBe(204);
    expect(await fannedOut(await publish('Unheard'))).toEqual([]);
  });

  it('are the only ones with such a header', async () => {
    const { email } = await createPerson(api, 'newcomer');
    const { raw } = await received(email, 'Welcome to Broadsheet: please confirm your address');
    expect(raw).not.toMatch(/unsubscribe/i);
  });

  const HOSTILE = `<script>alert("1")</script> 'quotes' & "😀" — Ünïcode ${'long '.repeat(20)}end`;

  it('carry titles and names of any kind as text', async () => {
    const reader = await createFollower();
    const fullName = '"Eve" <eve@evil.example>, 😀 <b>bold</b>';
    await ada.client.patch('/api/v1/users/me', { fullName });
    await publish(HOSTILE);
    const { raw, content } = await received(reader.email, `${fullName}: ${HOSTILE}`);
    await ada.client.patch('/api/v1/users/me', { fullName: null });
    for (const text of [fullName, HOSTILE]) expect(content.text).toContain(text);
    expect(content.html).not.toMatch(/<script|<b>/);
    expect(content.html).toContain('&lt;script&gt;');
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    for (const line of head.split('\r\n')) expect(line.length).toBeLessThan(999);
    expect(content.to).toEqual([expect.objectContaining({ address: reader.email })]);
  });

  it('let no title add a header, should one with line ends ever be there', async () => {
    const reader = await createFollower();
    const draft = await publish('Injected', { published: false });
    await api.database.rows('UPDATE posts SET title = $2 WHERE id = $1', [
      draft,
      'One\r\nBcc: eve@evil.example\r\n\r\nBody',
    ]);
    await change(draft, 'publish');
    await stateIn(draft, 'sent');
    const mail = sink.to(reader.email).find(({ content }) => content.subject?.includes('evil.example'));
    expect(mail?.to).toEqual([reader.email]);
    expect(mail?.content.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(sink.to('eve@evil.example')).toEqual([]);
  });
});
