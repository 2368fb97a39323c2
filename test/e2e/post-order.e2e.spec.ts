import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { POSTS, writePost } from './support/posts.js';
import { refusedFields } from './support/problem.js';
import { idsOf, walk, type WalkedItem } from './support/walk.js';

const COUNT = 13;
const SORTS = ['publishedAt', 'createdAt', 'updatedAt', 'title'].flatMap((field) => [field, `-${field}`]);

const keyOf = (item: WalkedItem, field: string): string =>
  String(field === 'publishedAt' ? (item['publishedAt'] ?? item['publishAt'] ?? item['createdAt']) : item[field]);

const forged = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString('base64url');

describe('the order of lists of posts', () => {
  let api: TestApi;
  let ada: Person;
  let editor: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
    editor = await createPerson(api, 'editor', 'editor');
  });

  afterAll(() => api.stop());

  /** Posts of which runs of three are alike in everything that a list can be sorted by. */
  const insertMany = async (status: string): Promise<unknown> =>
    api.database.rows(
      `INSERT INTO posts (id, author_id, slug, title, content, excerpt, status, published_at, publish_at, created_at,
          updated_at, deleted_at)
        SELECT gen_random_uuid(), $1, $2 || n, 'Title ' || chr(97 + (n / 3) * 7 % 5), 'press', '',
          CASE WHEN $2 = 'trashed' THEN 'draft' ELSE $2 END,
          CASE WHEN $2 = 'published' THEN timestamptz '2026-01-01' + (n / 3) * interval '1 day' END,
          CASE WHEN $2 = 'scheduled' THEN timestamptz '2099-01-01' + (n / 3) * interval '1 day' END,
          timestamptz '2025-01-01' + (n / 3) * 3 % 5 * interval '1 day',
          timestamptz '2025-06-01' + (n / 3) * 2 % 5 * interval '1 ms', CASE WHEN $2 = 'trashed' THEN now() END
        FROM generate_series(0, $3::int - 1) n`,
      [ada.id, status, COUNT],
    );

  /** Follows the links to the page before, from a page that was reached by cursor. */
  async function walkBack(from: string, between: () => Promise<unknown> = async () => 0): Promise<WalkedItem[][]> {
    const pages: WalkedItem[][] = [];
    for (let next: string | undefined = from; next !== undefined && pages.length < 100;) {
      const answer: Answer = await editor.client.get(next);
      expect(answer.status).toBe(200);
      pages.unshift(answer.body.items);
      next = /<([^>]+)>; rel="prev"/.exec(answer.headers.get('link') ?? '')?.[1];
      if (next !== undefined) await between();
    }
    return pages;
  }

  describe.each(['published', 'draft', 'scheduled', 'trashed'])('of %s ones', (status) => {
    beforeAll(async () => {
      await api.database.rows('DELETE FROM posts');
      await insertMany(status);
    });

    it.each(SORTS)('by %s is kept over ties, forward and back', async (sort) => {
      const list = `${POSTS}?status=${status}&sort=${sort}&fields=id,publishedAt,publishAt,createdAt,updatedAt,title`;
      const forward = await walk(editor.client, `${list}&limit=4`);
      expect(new Set(idsOf(forward)).size).toBe(COUNT);
      const keys = forward.flat().map((item) => `${keyOf(item, sort.replace('-', ''))} ${item.id}`);
      expect(keys).toEqual(sort.startsWith('-') ? keys.toSorted().toReversed() : keys.toSorted());
      const whole = await editor.client.get(`${list}&limit=100`);
      expect(whole.body.items).toEqual(forward.flat());
      expect((await walkBack(`${list}&limit=4&skip=${COUNT - 3}`)).flat()).toEqual(forward.flat());
      const skipped = await editor.client.get(`${list}&limit=5&skip=6&count=exact`);
      expect(skipped.body).toMatchObject({ items: forward.flat().slice(6, 11), page: { total: COUNT, hasMore: true } });
    });
  });

  it.each(SORTS)('by %s is kept while posts come and go, in both directions', async (sort) => {
    await api.database.rows('DELETE FROM posts');
    await insertMany('published');
    const list = `${POSTS}?sort=${sort}&limit=3`;
    const before = idsOf(await walk(editor.client, list));
    let number = 0;
    const disturb = async (): Promise<void> => {
      number += 1;
      const extra = await writePost(ada.client, { title: `Title ${number % 2 ? 'a' : 'z'}`, published: true });
      await api.database.rows(`UPDATE posts SET published_at = timestamptz '2026-01-02' WHERE id = $1 AND $2 % 2 = 0`, [
        extra.id,
        number,
      ]);
      const path = `${POSTS}/${extra.id}`;
      if (number % 3 === 0) await ada.client.delete(path);
    };
    const stayed = (pages: WalkedItem[][]): string[] => idsOf(pages).filter((id) => before.includes(id));
    const forward = await walk(editor.client, list, disturb);
    expect(stayed(forward)).toEqual(before);
    expect(new Set(idsOf(forward)).size).toBe(idsOf(forward).length);
    const { total } = (await editor.client.get(`${list}&count=exact`)).body.page;
    const back = await walkBack(`${list}&skip=${total - 1}`, disturb);
    const [last] = before.slice(-1);
    // The walk begins at what is the last one now, which need not be one of the first.
    expect(stayed(back).concat(stayed(back).includes(last ?? '') ? [] : [last ?? ''])).toEqual(before);
    expect(new Set(idsOf(back)).size).toBe(idsOf(back).length);
  });

  it('leads on from titles of the longest kind', async () => {
    await api.database.rows('DELETE FROM posts');
    for (const last of ['a', 'b', 'c'])
      await writePost(ada.client, { title: `${'\u{1D517}'.repeat(199)}${last}`, published: true });
    for (const last of ['"', '\\']) await writePost(ada.client, { title: `${last.repeat(199)}x`, published: true });
    const forward = await walk(api.client(), `${POSTS}?sort=title&limit=1`);
    expect(idsOf(forward)).toHaveLength(5);
    expect(idsOf(await walkBack(`${POSTS}?sort=title&limit=1&skip=4`))).toEqual(idsOf(forward));
  });

  it('leads back to the first page where all before is gone', async () => {
    await api.database.rows('DELETE FROM posts');
    await insertMany('published');
    const first = await api.client().get(`${POSTS}?limit=3`);
    const second = await api.client().get(`${POSTS}?limit=3&cursor=${first.body.page.nextCursor}`);
    for (const { id } of first.body.items) await editor.client.delete(`${POSTS}/${id}`);
    const link = /<([^>]+)>; rel="prev"/.exec(second.headers.get('link') ?? '')?.[1] ?? '';
    const back = await api.client().get(link);
    expect(back.body.items).toEqual(second.body.items);
    expect(back.headers.get('link')).not.toContain('rel="prev"');
  });

  describe('is part of a cursor', () => {
    let cursor: string;

    beforeAll(async () => {
      await api.database.rows('DELETE FROM posts');
      await insertMany('published');
      cursor = (await api.client().get(`${POSTS}?limit=2`)).body.page.nextCursor;
    });

    const [payload, signature] = [() => cursor.split('.')[0] ?? '', () => cursor.split('.')[1] ?? ''];

    const wrong: [string, () => string][] = [
      ['another sort', () => `sort=-createdAt&cursor=${cursor}`],
      ['the other direction', () => `sort=publishedAt&cursor=${cursor}`],
      ['another status', () => `status=draft&cursor=${cursor}`],
      ['an author', () => `author=ada&cursor=${cursor}`],
      ['a tag', () => `tag=a&cursor=${cursor}`],
      ['a search', () => `q=press&cursor=${cursor}`],
      ['a search with that sort', () => `q=press&sort=-publishedAt&cursor=${cursor}`],
      ['a time since', () => `since=2025-01-01T00:00:00Z&cursor=${cursor}`],
      ['a time before', () => `before=2099-01-01T00:00:00Z&cursor=${cursor}`],
      ['other values', () => `cursor=${forged(['2026-01-03T00:00:00.000Z', ada.id])}.${signature()}`],
      ['SQL for values', () => `cursor=${forged(["'; DROP TABLE posts; --", ada.id])}.${signature()}`],
      ['no signature', () => `cursor=${payload()}`],
      ['an empty signature', () => `cursor=${payload()}.`],
      ['a cut signature', () => `cursor=${cursor.slice(0, -1)}`],
      ['a longer signature', () => `cursor=${cursor}A`],
      ['a second signature', () => `cursor=${cursor}.${signature()}`],
      ['a padded signature', () => `cursor=${cursor}%3D`],
      ['another case', () => `cursor=${cursor.toUpperCase()}`],
      ['a blank at the end', () => `cursor=${cursor}%20`],
      ['itself twice', () => `cursor=${cursor}&cursor=${cursor}`],
      ['3,000 characters', () => `cursor=${'A'.repeat(3_000)}`],
      ['NUL', () => 'cursor=%00'],
    ];

    it.each(wrong)('which is refused with %s', async (_name, query) => {
      const answer = await editor.client.get(`${POSTS}?limit=2&${query()}`);
      expect({ status: answer.status, fields: refusedFields(answer) }).toEqual({ status: 422, fields: ['cursor'] });
    });

    it.each(['sort=-publishedAt', 'status=published', 'fields=id', 'count=exact', 'limit=9'])(
      'which is good with %s, that changes neither list nor order',
      async (query) => {
        const answer = await api.client().get(`${POSTS}?${query}&cursor=${cursor}`);
        expect(answer.status).toBe(200);
      },
    );
  });
});
