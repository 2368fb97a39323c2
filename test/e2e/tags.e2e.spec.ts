import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { writePost, type WrittenPost } from './support/posts.js';
import { expectHeader, itAnswers, type Scenario } from './support/scenarios.js';

const TAGS = '/api/v1/tags';

/** The order of PostgreSQL's C collation. */
const byBytes = (one: unknown, other: unknown): number =>
  Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));

describe('tags', () => {
  let api: TestApi;
  let ada: Person;
  let post: WrittenPost;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
  });

  beforeEach(async () => {
    await api.database.rows('DELETE FROM posts');
    post = await writePost(ada.client, { tags: ['one', 'two'], published: true });
    await writePost(ada.client, { tags: ['two', 'drei zwei', 'ünder-way', 'c++'], published: true });
    await writePost(ada.client, { tags: ['two', 'secret'] });
    await writePost(ada.client, { tags: ['two', 'later'], publishAt: '2099-01-01T00:00:00Z' });
  });

  afterAll(() => api.stop());

  async function counts(query = ''): Promise<Record<string, number>> {
    const { status, body } = await api.client().get(`${TAGS}?limit=100&count=exact&${query}`);
    expect(status).toBe(200);
    expect(body.page.total).toBe(body.items.length);
    return Object.fromEntries(body.items.map(({ name, count }: { name: string; count: number }) => [name, count]));
  }

  const REST = { 'drei zwei': 1, 'ünder-way': 1, 'c++': 1 };
  const BOTH = { two: 2, one: 1, ...REST };
  const WITHOUT = { two: 1, ...REST };

  it('count what is published alone, the most used first', async () => {
    const { body } = await api.client().get(TAGS);
    expect(body.items[0]).toEqual({ name: 'two', count: 2 });
    expect(await counts()).toEqual(BOTH);
    const { body: own } = await ada.client.get(TAGS);
    expect(own).toEqual(body);
  });

  it('follow a post to a draft and back, into the trash and out of it', async () => {
    for (const [method, suffix, then] of [
      ['POST', '/unpublish', WITHOUT],
      ['POST', '/publish', BOTH],
      ['DELETE', '', WITHOUT],
      ['POST', '/restore', BOTH],
    ] as const) {
      await ada.client.request(method, `${post.path}${suffix}`);
      expect(await counts()).toEqual(then);
    }
  });

  it('follow its changes', async () => {
    await ada.client.patch(post.path, { tags: ['Three', 'three'] });
    expect(await counts()).toEqual({ ...WITHOUT, three: 1 });
    await ada.client.put(post.path, { title: 'x', content: 'x' });
    expect(await counts()).toEqual(WITHOUT);
    await ada.client.post(`${post.path}/revisions/1/restore`);
    expect(await counts()).toEqual(BOTH);
  });

  it('go with the account of an author, and return with it', async () => {
    const carl = await createPerson(api, 'carl');
    await writePost(carl.client, { tags: ['carls', 'two'], published: true });
    await carl.client.delete('/api/v1/users/me');
    expect(await counts()).toEqual(BOTH);
    const admin = await createPerson(api, 'root', 'admin');
    await admin.client.post(`/api/v1/users/${carl.id}/restore`);
    expect(await counts()).toEqual({ ...BOTH, two: 3, carls: 1 });
    await (await signIn(api, 'carl')).client.delete('/api/v1/users/me');
  });

  it.each([
    ['t', ['two']],
    ['%20TW%20', ['two']],
    ['wo', []],
    ['drei', ['drei zwei']],
    ['drei%20z', ['drei zwei']],
    ['%25', []],
    ['_', []],
    ['%C3%BCnder-', ['ünder-way']],
    ['u%CC%88nder', ['ünder-way']],
    ['c%2B%2B', ['c++']],
    ['%5C', []],
    ["';--", []],
    ['secret', []],
  ])('begin with ?q=%s', async (q, names) => {
    expect(Object.keys(await counts(`q=${q}`))).toEqual(names);
  });

  it.each(['name', '-name', 'count', '-count'])('are walked by %s over ties, forward and back', async (sort) => {
    const list = `${TAGS}?sort=${sort}`;
    const { body: whole } = await api.client().get(list);
    const names = whole.items.map(({ name }: { name: string }) => name);
    const forward: string[] = [];
    let path: string | undefined = `${list}&limit=2`;
    while (path !== undefined) {
      const { body, headers } = await api.client().get(path);
      forward.push(...body.items.map(({ name }: { name: string }) => name));
      path = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(forward).toEqual(names);
    const keys = whole.items.map((item: Record<string, unknown>) => item[sort.replace('-', '')]);
    const ordered = sort.startsWith('-') ? keys.toReversed() : keys;
    expect(ordered).toEqual(ordered.toSorted(byBytes));
    const last = await api.client().get(`${list}&limit=2&skip=3`);
    const link = /<([^>]+)>; rel="prev"/.exec(last.headers.get('link') ?? '')?.[1] ?? '';
    const { body: back } = await api.client().get(link);
    expect(back.items).toEqual(whole.items.slice(1, 3));
  });

  it('lead on from the longest names', async () => {
    await writePost(ada.client, { tags: ['𠜎'.repeat(50), '𠜏'.repeat(50)], published: true });
    const { body } = await api.client().get(`${TAGS}?sort=-name&limit=1`);
    expect((await api.client().get(`${TAGS}?sort=-name&limit=1&cursor=${body.page.nextCursor}`)).status).toBe(200);
  });

  it('are not sent again to whom has them', async () => {
    const { headers } = await api.client().get(TAGS);
    const etag = headers.get('etag') ?? '';
    expect(await api.client().get(TAGS, { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
      text: '',
    });
    await ada.client.patch(post.path, { tags: ['other'] });
    const changed = await api.client().get(TAGS, { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expectHeader(changed, 'cache-control', 'public, max-age=0, must-revalidate');
  });

  itAnswers(
    () => api,
    (
      [
        ['sort=id', 'sort'],
        ['sort=name;select%20pg_sleep(3)', 'sort'],
        ['q=', 'q'],
        ['q=%20', 'q'],
        ['q=%00', 'q'],
        [`q=${'a'.repeat(51)}`, 'q'],
        ['q=a&q=b', 'q'],
        ['name=a', 'name'],
        ['cursor=x', 'cursor'],
      ] as const
    ).map(([query, field]): Scenario => ({
      name: `refuse ?${query.slice(0, 40)}`,
      method: 'GET',
      path: `${TAGS}?${query}`,
      expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
    })),
  );

  it('refuse a cursor of another order or beginning', async () => {
    const { body } = await api.client().get(`${TAGS}?limit=1`);
    for (const query of ['sort=name', 'sort=count', 'q=t'])
      expect((await api.client().get(`${TAGS}?${query}&cursor=${body.page.nextCursor}`)).status).toBe(422);
  });
});
