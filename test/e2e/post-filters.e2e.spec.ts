import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, titlesOf, writePost } from './support/posts.js';
import { itAnswers, type Scenario } from './support/scenarios.js';

const FIELDS = `id slug title content excerpt tags status published publishedAt publishAt version createdAt updatedAt
  author`.split(/\s+/);
const LATER = '2099-01-01T00:00:00Z';

describe('what lists of posts are asked for', () => {
  let api: TestApi;
  let people: Record<'author' | 'stranger' | 'editor' | 'admin', Person>;

  beforeAll(async () => {
    api = await TestApi.start();
    people = {
      author: await createPerson(api, 'author'),
      stranger: await createPerson(api, 'stranger'),
      editor: await createPerson(api, 'editor', 'editor'),
      admin: await createPerson(api, 'root', 'admin'),
    };
    const { client } = people.author;
    await writePost(client, { title: 'Out', tags: ['a', 'b'], content: 'The penny press', published: true });
    await writePost(client, { title: 'Older', tags: ['a'], content: 'The penny', published: true });
    await writePost(client, { title: 'Draft' });
    await writePost(client, { title: 'Later', publishAt: LATER });
    const trashed = await writePost(client, { title: 'Gone', published: true });
    await client.delete(trashed.path);
    await writePost(people.stranger.client, {
      title: 'Of another',
      tags: ['a'],
      content: 'The penny',
      published: true,
    });
    await api.database.rows(`UPDATE posts SET published_at = '2026-03-01T12:00:00Z' WHERE title = 'Older'`);
    await api.database.rows(
      `UPDATE post_search s SET published_at = p.published_at FROM posts p WHERE p.id = s.post_id AND p.title = 'Older'`,
    );
  });

  afterAll(() => api.stop());

  const STATES = { draft: 'Draft', scheduled: 'Later', trashed: 'Gone' };

  it.each(Object.entries(STATES))('%s: one’s own for an author, everybody’s for editors', async (status, title) => {
    for (const who of ['author', 'editor', 'admin'] as const)
      expect(await titlesOf(people[who].client, `status=${status}`)).toEqual([title]);
    expect(await titlesOf(people.stranger.client, `status=${status}`)).toEqual([]);
    expect(await titlesOf(people.stranger.client, `status=${status}&author=author`)).toEqual([]);
    const { body } = await people.stranger.client.get(`${POSTS}?status=${status}&count=exact`);
    expect(body.page.total).toBe(0);
    for (const query of [`status=${status}`, `status=${status}&q=text`, `status=${status}&author=author`])
      expect((await api.client().get(`${POSTS}?${query}`)).status).toBe(401);
  });

  it.each([
    ['since=2026-03-01T12:00:00Z&before=2026-03-02T00:00:00Z', ['Older']],
    ['since=2026-03-01T12:00:00.001Z&before=2026-03-02T00:00:00Z', []],
    ['before=2026-03-01T12:00:00Z', []],
    ['before=2026-03-01T12:00:00.001Z', ['Older']],
    ['before=2026-03-01T14:00:00.001%2B02:00', ['Older']],
    ['before=2026-03-01T14:00:00%2B02:00', []],
    ['before=2026-03-01T07:00:00.001-05:00', ['Older']],
    ['before=2026-03-01t12:00:00.001z', ['Older']],
    ['since=2027-01-01T00:00:00Z&before=2026-01-01T00:00:00Z', []],
    ['since=0001-01-01T00:00:00Z&before=2026-04-01T00:00:00Z', ['Older']],
    ['since=9999-12-31T23:59:59.999Z', []],
    ['q=penny&before=2026-03-01T12:00:00.001Z', ['Older']],
    ['q=penny&before=2026-03-01T12:00:00Z', []],
    ['q=penny&sort=title&since=2026-03-01T12:00:00Z&before=2026-03-01T12:00:00.001Z', ['Older']],
  ])('bounds of time: %s', async (query, titles) => {
    expect(await titlesOf(api.client(), query)).toEqual(titles);
    const { body } = await api.client().get(`${POSTS}?${query}&count=exact`);
    expect(body.page.total).toBe(titles.length);
  });

  it('combines every filter with every other', async () => {
    const all = 'author=author&tag=a&since=2026-01-01T00:00:00Z&before=2090-01-01T00:00:00Z&status=published';
    expect(await titlesOf(api.client(), `${all}&sort=title&q=penny`)).toEqual(['Older', 'Out']);
    expect(await titlesOf(api.client(), `${all}&sort=title&q=penny+press`)).toEqual(['Out']);
    expect(await titlesOf(api.client(), `${all}&sort=-title&tag=b`.replace('tag=a&', ''))).toEqual(['Out']);
    expect(await titlesOf(api.client(), `${all.replace('author=author', 'author=stranger')}&q=penny`)).toEqual([
      'Of another',
    ]);
    const answer = await api.client().get(`${POSTS}?${all}&q=penny&sort=title&fields=title&limit=1&count=exact&skip=1`);
    const { total, hasMore } = answer.body.page;
    expect({ total, hasMore, title: answer.body.items[0].title }).toEqual({ total: 2, hasMore: false, title: 'Out' });
  });

  it.each(FIELDS)('fields=%s shows that member alone, as without', async (field) => {
    const whole = await api.client().get(`${POSTS}?sort=title`);
    const { status, body } = await api.client().get(`${POSTS}?sort=title&fields=${field}`);
    expect(status).toBe(200);
    expect(body.items).toEqual(whole.body.items.map((item: Record<string, unknown>) => ({ [field]: item[field] })));
    const found = await api.client().get(`${POSTS}?q=penny&fields=${field}`);
    for (const item of found.body.items) expect(Object.keys(item).sort()).toEqual([field, 'snippet'].sort());
  });

  it('fields may be all, in any order, or one twice', async () => {
    const { body } = await api.client().get(`${POSTS}?fields=${FIELDS.toReversed().join(',')}`);
    expect(body).toEqual((await api.client().get(POSTS)).body);
    const twice = await api.client().get(`${POSTS}?fields=id,id,title,id`);
    for (const item of twice.body.items) expect(Object.keys(item).sort()).toEqual(['id', 'title']);
  });

  const REFUSED: [query: string, field: string][] = [
    ['fields=', 'fields'],
    ['fields=,', 'fields'],
    ['fields=id,', 'fields'],
    ['fields=id,%20title', 'fields'],
    ['fields=ID', 'fields'],
    ['fields=passwordHash', 'fields'],
    ['fields=author.email', 'fields'],
    ['fields=id,search', 'fields'],
    ['fields=__proto__', 'fields'],
    ['fields=constructor', 'fields'],
    ['fields=id&fields=title', 'fields'],
    ['fields[]=id', 'fields[]'],
    ['sort=id', 'sort'],
    ['sort=passwordHash', 'sort'],
    ['sort=--title', 'sort'],
    ['sort=%2Btitle', 'sort'],
    ['sort=title,createdAt', 'sort'],
    ['sort=title&sort=createdAt', 'sort'],
    ['sort=id;select%20pg_sleep(3)', 'sort'],
    ['sort=title%20DESC', 'sort'],
    ['sort=', 'sort'],
    ['title[gt]=x', 'title[gt]'],
    ['title=x', 'title'],
    ['authorId=x', 'authorId'],
    ['filter=title', 'filter'],
    ['where=1', 'where'],
    ['offset=1', 'offset'],
    ['page=1', 'page'],
    ['since=', 'since'],
    ['since=yesterday', 'since'],
    ['since=2026-02-30T00:00:00Z', 'since'],
    ['since=2026-13-01T00:00:00Z', 'since'],
    ['since=2026-01-01T24:00:00Z', 'since'],
    ['since=2026-01-01T00:00:00', 'since'],
    ['since=2026-01-01T00:00:00+01:00', 'since'],
    ['since=2026-01-01T00:00:00%2B24:00', 'since'],
    ['since=2026-01-01', 'since'],
    ['since=1767225600', 'since'],
    ['since=9999-12-31T23:59:59-23:59', 'since'],
    ["since=2026-01-01T00:00:00Z';--", 'since'],
    ['before=infinity', 'before'],
    ['before=now', 'before'],
    ['before=2026-01-01T00:00:00Z&before=2026-01-02T00:00:00Z', 'before'],
    ['status=Draft', 'status'],
    ['status=draft,published', 'status'],
    ['status=', 'status'],
    ['status[]=draft', 'status[]'],
    ['count=true', 'count'],
    ['skip=1e3', 'skip'],
    ['skip=100001', 'skip'],
    ['limit=%201', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=-1', 'limit'],
  ];

  itAnswers(
    () => api,
    REFUSED.map(([query, field]): Scenario => ({
      name: `refuses ?${query}`,
      as: () => people.editor,
      method: 'GET',
      path: `${POSTS}?${query}`,
      expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
    })),
  );
});
