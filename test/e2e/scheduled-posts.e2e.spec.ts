import { ScheduledPosts } from '../../src/posts/scheduled-posts.js';
import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, titlesOf, writePost } from './support/posts.js';
import { itAnswers } from './support/scenarios.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

const inAnHour = (): string => new Date(Date.now() + HOUR * 1_000).toISOString();

describe('posts that appear by themselves', () => {
  let api: TestApi;
  let ada: Person;

  beforeEach(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
  });

  afterEach(() => api.stop());

  const appear = async (): Promise<number> => api.app.get(ScheduledPosts).appearDue();
  const published = async (): Promise<string[]> => (await titlesOf(api.client(), '')).sort();
  const events = async (): Promise<unknown[]> =>
    api.database.rows(`SELECT payload->>'postId' AS id FROM outbox_events WHERE type = 'PostPublished' ORDER BY 1`);

  it('do so once among eight processes, after a day in which none ran, at the time that was promised', async () => {
    const publishAt = inAnHour();
    const posts = await Promise.all(
      [1, 2, 3].map((number) => writePost(ada.client, { title: `Late ${number}`, publishAt })),
    );
    const before = await ada.client.get(posts[0]?.path ?? '');
    await writePost(ada.client, { title: 'Not yet', publishAt: '2099-01-01T00:00:00Z' });
    expect(await appear()).toBe(0);
    api.travel(DAY);
    const appeared = await Promise.all(Array.from({ length: 8 }, appear));
    expect(appeared.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(await appear()).toBe(0);
    expect(await published()).toEqual(['Late 1', 'Late 2', 'Late 3']);
    expect(await events()).toEqual(posts.map(({ id }) => ({ id })).sort((one, other) => (one.id < other.id ? -1 : 1)));
    const { body } = await api.client().get(posts[0]?.path ?? '');
    expect(body).toMatchObject({ publishedAt: publishAt, publishAt: null, version: before.body.version + 1 });
  });

  it('appear in the lists by their promised time, before what was published meanwhile', async () => {
    await writePost(ada.client, { title: 'Promised', publishAt: inAnHour() });
    api.travel(2 * HOUR);
    const again = await signIn(api, 'ada');
    await writePost(again.client, { title: 'Meanwhile', published: true });
    await appear();
    expect(await titlesOf(api.client(), '')).toEqual(['Meanwhile', 'Promised']);
  });

  it('do not when their time was put off, taken back, or they went to the trash', async () => {
    const publishAt = inAnHour();
    const [putOff, takenBack, unpublished, trashed] = await Promise.all(
      ['Put off', 'Taken back', 'Unpublished', 'Trashed'].map((title) => writePost(ada.client, { title, publishAt })),
    );
    await ada.client.patch(putOff?.path ?? '', { publishAt: '2099-01-01T00:00:00Z' });
    await ada.client.patch(takenBack?.path ?? '', { publishAt: null });
    await ada.client.post(`${unpublished?.path}/unpublish`);
    await ada.client.delete(trashed?.path ?? '');
    api.travel(DAY);
    expect(await appear()).toBe(0);
    expect(await published()).toEqual([]);
    const again = await signIn(api, 'ada');
    expect((await again.client.post(`${trashed?.path}/restore`)).body).toMatchObject({ status: 'draft' });
    expect(await appear()).toBe(0);
  });

  it('wait for an author who is disabled, and appear once that ends', async () => {
    const publishAt = inAnHour();
    const { path } = await writePost(ada.client, { title: 'Waiting', publishAt });
    const admin = await createPerson(api, 'root', 'admin');
    await admin.client.patch(`/api/v1/users/${ada.id}`, { isActive: false });
    api.travel(DAY);
    expect(await appear()).toBe(0);
    expect((await api.client().get(path)).status).toBe(404);
    const again = await signIn(api, 'root');
    await again.client.patch(`/api/v1/users/${ada.id}`, { isActive: true });
    expect(await appear()).toBe(1);
    expect((await api.client().get(path)).body).toMatchObject({ publishedAt: publishAt });
  });

  it('never do after their author was deleted', async () => {
    await writePost(ada.client, { title: 'Orphan', publishAt: inAnHour() });
    expect((await ada.client.delete('/api/v1/users/me')).status).toBe(204);
    api.travel(DAY);
    expect(await appear()).toBe(0);
    expect(await published()).toEqual([]);
  });

  it('keep the name of who edited them last among their versions', async () => {
    const { path } = await writePost(ada.client, { publishAt: inAnHour() });
    const editor = await createPerson(api, 'editor', 'editor');
    await editor.client.patch(path, { title: 'Better' });
    api.travel(DAY);
    await appear();
    const again = await signIn(api, 'ada');
    await again.client.patch(path, { title: 'Best' });
    const { body } = await again.client.get(`${path}/revisions`);
    expect(body.items.map(({ editor: by }: { editor: { username: string } }) => by.username)).toEqual([
      'editor',
      'editor',
      'ada',
    ]);
  });
});

describe('publishing where REQUIRE_VERIFIED=publish', () => {
  let api: TestApi;
  let ada: Person;
  let path: string;
  const asAda = () => ada;

  beforeAll(async () => {
    api = await TestApi.start({ REQUIRE_VERIFIED: 'publish' });
    ada = await createPerson(api, 'ada');
    path = (await writePost(ada.client)).path;
  });

  afterAll(() => api.stop());

  const refused = { status: 403, code: 'EMAIL_NOT_VERIFIED' };
  const whole = { title: 'x', content: 'x' };

  itAnswers(
    () => api,
    [
      { name: 'needs a proven address', method: 'POST', path: () => `${path}/publish` },
      {
        name: 'later does too',
        method: 'POST',
        path: () => `${path}/publish`,
        body: { publishAt: '2099-01-01T00:00:00Z' },
      },
      { name: 'at once does too', method: 'POST', path: POSTS, body: { ...whole, published: true } },
      {
        name: 'as planned does too',
        method: 'POST',
        path: POSTS,
        body: { ...whole, publishAt: '2099-01-01T00:00:00Z' },
      },
      { name: 'by PATCH does too', method: 'PATCH', path: () => path, body: { published: true } },
      {
        name: 'by PATCH with a time does too',
        method: 'PATCH',
        path: () => path,
        body: { publishAt: '2001-01-01T00:00:00Z' },
      },
      { name: 'by PUT does too', method: 'PUT', path: () => path, body: { ...whole, published: true } },
    ].map((scenario) => Object.assign(scenario, { as: asAda, expect: refused })),
  );

  it('leaves writing open, and opens with the address', async () => {
    expect((await ada.client.patch(path, { title: 'Still a draft', published: false })).status).toBe(200);
    await api.database.rows('UPDATE users SET email_verified_at = now() WHERE id = $1', [ada.id]);
    const again = await signIn(api, 'ada');
    expect((await again.client.post(`${path}/publish`)).body).toMatchObject({ status: 'published' });
  });
});
