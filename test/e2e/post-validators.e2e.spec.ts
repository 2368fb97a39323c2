import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, writePost } from './support/posts.js';
import { expectHeader } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';

describe('validators of what everybody may read', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    for (let number = 0; number < 3; number += 1)
      await writePost(ada.client, { title: `Post ${number}`, content: 'penny', tags: ['a'], published: true });
  });

  afterAll(() => api.stop());

  const lists: [string, () => string][] = [
    ['a list', () => POSTS],
    ['a page', () => `${POSTS}?limit=1&skip=1&count=exact`],
    ['a search', () => `${POSTS}?q=penny`],
    ['a filter', () => `${POSTS}?tag=a&sort=title&fields=id,title`],
    ['an author', () => `/api/v1/users/${ada.id}/posts`],
  ];

  it.each(lists)('%s is not sent again to whom has it, until a post changes', async (_name, path) => {
    const first = await api.client().get(path());
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[^"]+"$/);
    const ask = (tag: string, client = api.client()) => client.get(path(), { headers: { 'if-none-match': tag } });
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*'])
      expect(await ask(tag)).toMatchObject({ status: 304, text: '' });
    // The answer is the same for everybody, signed in or not.
    expect((await ask(etag, ada.client)).status).toBe(304);
    expectHeader(await ask(etag), 'link', first.headers.get('link'));
    expect((await ask('"other"')).body).toEqual(first.body);
    await writePost(ada.client, { title: 'One more', content: 'penny', tags: ['a'], published: true });
    const changed = await ask(etag);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('lists that differ have validators that differ', async () => {
    const answers = await Promise.all(lists.map(([, path]) => api.client().get(path())));
    const tags = answers.map(({ headers }) => headers.get('etag'));
    expect(new Set(tags).size).toBe(
      answers.filter(({ text }, index) => answers.findIndex((a) => a.text === text) === index).length,
    );
  });

  it.each(['draft', 'scheduled', 'trashed'])('a list of %s ones is for nobody else to keep', async (status) => {
    const answer = await ada.client.get(`${POSTS}?status=${status}`);
    expectHeader(answer, 'cache-control', 'no-store');
    expect((await api.client().get(`${POSTS}?status=${status}`)).status).toBe(401);
  });

  it('a draft is for its author alone to keep', async () => {
    const { path, etag } = await writePost(ada.client, { content: 'secret' });
    const answer = await ada.client.get(path);
    expectHeader(answer, 'cache-control', 'no-store');
    expect((await api.client().get(path)).status).toBe(404);
    expect((await ada.client.get(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each(['', '?format=html'])('of two writers who have seen the same%s, one is told', async (query) => {
    const { path } = await writePost(ada.client, { published: true });
    const etag = (await api.client().get(`${path}${query}`)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      ['One', 'Other'].map((title) => ada.client.patch(path, { title }, { headers: { 'if-match': etag } })),
    );
    expect(statusesOf(answers)).toEqual({ 200: 1, 412: 1 });
    const { body } = await api.client().get(path);
    expect(body).toEqual(answers.find(({ status }) => status === 200)?.body);
  });

  it('a stale If-Match keeps a post out of the trash', async () => {
    const { path, etag } = await writePost(ada.client, { published: true });
    await ada.client.patch(path, { title: 'Newer' });
    expect((await ada.client.delete(path, { headers: { 'if-match': etag } })).status).toBe(412);
    expect((await api.client().get(path)).status).toBe(200);
  });
});
