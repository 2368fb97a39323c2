import { SearchIndex } from '../../src/posts/search/search-index.js';
import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, titlesOf, writePost, type WrittenPost } from './support/posts.js';
import { idsOf, walk } from './support/walk.js';

const found = (q: string, more = ''): string => `q=${encodeURIComponent(q)}${more}`;

describe('the search for posts', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  const search = async (q: string, more = ''): Promise<string[]> => titlesOf(api.client(), found(q, more));

  it('ranks the title before tags, tags before the excerpt, the excerpt before the content', async () => {
    const rest = { excerpt: 'Nothing', content: 'Nothing here', published: true };
    await writePost(ada.client, { ...rest, title: 'Fourth', content: 'zeppelin here' });
    await writePost(ada.client, { ...rest, title: 'Third', excerpt: 'zeppelin' });
    await writePost(ada.client, { ...rest, title: 'Second', tags: ['zeppelin'] });
    await writePost(ada.client, { ...rest, title: 'Zeppelin' });
    await writePost(ada.client, { ...rest, title: 'Of balloons' });
    expect(await search('zeppelin')).toEqual(['Zeppelin', 'Second', 'Third', 'Fourth']);
    expect(await search('zeppelin', '&sort=title')).toEqual(['Fourth', 'Second', 'Third', 'Zeppelin']);
    expect(await search('zeppelin', '&sort=-createdAt')).toEqual(['Zeppelin', 'Second', 'Third', 'Fourth']);
  });

  const write = async (title: string, content: string) => writePost(ada.client, { title, content, published: true });

  describe('understands', () => {
    beforeAll(async () => {
      await write('A', 'The penny press of New York began in 1833.');
      await write('B', 'He pressed a penny into the hands of running boys.');
      await write('C', 'A café in Łódź serves naïve poets.');
      await write('D', 'Привет, мир! Новости дня.');
      await write('E', '北京欢迎你 东京');
      await write('F', 'Die Straße nach Köln ist “gesperrt”.');
      await write('G', 'It’s user@example.org, https://example.org/path?x=1, v1.2.3 and C++ — all‐in‐one.');
      await write('H', 'שלום עולם مرحبا بالعالم');
    });

    it.each([
      ['penny', ['A', 'B']],
      ['PENNY', ['A', 'B']],
      ['pennies', ['A', 'B']],
      ['penny press', ['A', 'B']],
      ['"penny press"', ['A']],
      ['“penny press”', ['A']],
      ['„penny press“', ['A']],
      ['"penny press', ['A']],
      ['"press penny"', []],
      ['penny -york', ['B']],
      ['penny -"new york"', ['B']],
      ['york or boys', ['A', 'B']],
      ['york OR nowhere', ['A']],
      ['nowhere or york', ['A']],
      ['york or', ['A']],
      ['penny of', ['A', 'B']],
      ['of penny', ['A', 'B']],
      ['the', []],
      ['penny run', ['B']],
      ['penny yor', ['A']],
      ['yor penny', []],
      ['pen', ['A', 'B']],
      ['"pen"', []],
      ['penny ru', ['B']],
      ['183', ['A']],
      ['café', ['C']],
      ['łódź', ['C']],
      ['naïve', ['C']],
      ['привет', ['D']],
      ['новост', ['D']],
      ['北京欢迎你', ['E']],
      ['北京', ['E']],
      ['köln', ['F']],
      ['gesperrt', ['F']],
      ['straß', ['F']],
      ['user@example.org', ['G']],
      ['שלום', ['H']],
      ['مرحب', ['H']],
      ['  penny\u00a0york  ', ['A']],
      ['penny—york', ['A']],
    ])('%s', async (q, titles) => {
      expect(await search(q, '&sort=title')).toEqual(titles);
      const { body } = await api.client().get(`${POSTS}?${found(q, '&count=exact')}`);
      expect(body.page.total).toBe(body.items.length);
    });
  });

  it('finds all that has not what is excluded', async () => {
    const titles = await search('-penny');
    expect(titles).toEqual(expect.arrayContaining(['C', 'D', 'E', 'F', 'G', 'H']));
    expect(titles.filter((title) => ['A', 'B'].includes(title))).toEqual([]);
  });

  it('goes through its pages by rank and by every sort, each post once', async () => {
    for (let number = 0; number < 7; number += 1)
      await writePost(ada.client, {
        title: `Walk ${number % 3}`,
        content: 'quicksilver '.repeat(number + 1),
        published: true,
      });
    for (const sort of ['', 'publishedAt', '-publishedAt', 'createdAt', 'updatedAt', '-updatedAt', 'title', '-title']) {
      const list = `${POSTS}?q=quicksilver${sort && `&sort=${sort}`}`;
      const pages = await walk(api.client(), `${list}&limit=2`);
      expect(new Set(idsOf(pages)).size).toBe(7);
      expect(idsOf(pages)).toEqual(idsOf(await walk(api.client(), `${list}&limit=100`)));
      const third = await api.client().get(`${list}&limit=2&skip=4`);
      const link = /<([^>]+)>; rel="prev"/.exec(third.headers.get('link') ?? '')?.[1] ?? '';
      expect((await api.client().get(link)).body.items).toEqual(pages[1]);
    }
  });

  const finds = async (q: string): Promise<boolean> => {
    const { body } = await api.client().get(`${POSTS}?${found(q, '&count=exact')}`);
    expect(body.page.total).toBe(body.items.length);
    return body.items.length > 0;
  };

  describe('follows every change', () => {
    let post: WrittenPost;

    beforeEach(async () => {
      await api.database.rows('DELETE FROM posts');
      post = await writePost(ada.client, { title: 'Xylophone', published: true });
    });

    const change = async (body: object) => expect((await ada.client.patch(post.path, body)).status).toBe(200);

    it.each([
      ['title', { title: 'Vibraphone' }],
      ['content', { content: 'A vibraphone' }],
      ['tags', { tags: ['vibraphone'] }],
      ['excerpt', { excerpt: 'Vibraphone!' }],
    ])('of the %s', async (_name, body) => {
      await change(body);
      expect(await finds('vibraphone')).toBe(true);
      expect(await finds('xylophone')).toBe(!('title' in body));
    });

    it('to a draft and back', async () => {
      await ada.client.post(`${post.path}/unpublish`);
      expect(await finds('xylophone')).toBe(false);
      expect(await titlesOf(ada.client, 'status=draft&q=xylophone')).toEqual(['Xylophone']);
      await ada.client.post(`${post.path}/publish`);
      expect(await finds('xylophone')).toBe(true);
    });

    it('into the trash and out of it', async () => {
      await ada.client.delete(post.path);
      expect(await finds('xylophone')).toBe(false);
      expect(await titlesOf(ada.client, 'status=trashed&q=xylophone')).toEqual(['Xylophone']);
      await ada.client.post(`${post.path}/restore`);
      expect(await finds('xylophone')).toBe(true);
    });

    it('to a former version', async () => {
      await change({ title: 'Vibraphone', content: 'x' });
      expect((await ada.client.post(`${post.path}/revisions/1/restore`)).status).toBe(200);
      expect([await finds('xylophone'), await finds('vibraphone')]).toEqual([true, false]);
    });

    it('of the account of the author', async () => {
      const carl = await createPerson(api, 'carl');
      await writePost(carl.client, { title: 'Harpsichord', published: true });
      expect(await finds('harpsichord')).toBe(true);
      await carl.client.delete('/api/v1/users/me');
      expect(await finds('harpsichord')).toBe(false);
      const admin = await createPerson(api, 'root', 'admin');
      await admin.client.post(`/api/v1/users/${carl.id}/restore`);
      expect(await finds('harpsichord')).toBe(true);
    });

    it('that the index missed, once it is completed', async () => {
      await api.database.rows('DELETE FROM post_search');
      expect(await finds('xylophone')).toBe(false);
      await api.app.get(SearchIndex).complete();
      expect(await finds('xylophone')).toBe(true);
    });
  });

  it('shows what is not published to its author and editors alone', async () => {
    await writePost(ada.client, { title: 'Hush', content: 'whistleblower' });
    await writePost(ada.client, { title: 'Soon', content: 'whistleblower', publishAt: '2099-01-01T00:00:00Z' });
    const trashed = await writePost(ada.client, { title: 'Shredded', content: 'whistleblower', published: true });
    await ada.client.delete(trashed.path);
    const bob = await createPerson(api, 'bob');
    const editor = await createPerson(api, 'editor', 'editor');
    for (const client of [api.client(), bob.client, ada.client])
      expect(await titlesOf(client, 'q=whistleblower')).toEqual([]);
    const { body } = await api.client().get(`${POSTS}?q=whistleblower&count=exact`);
    expect(body).toEqual({ items: [], page: { limit: 20, hasMore: false, nextCursor: null, total: 0 } });
    for (const [status, title] of Object.entries({ draft: 'Hush', scheduled: 'Soon', trashed: 'Shredded' }))
      for (const sort of ['', '&sort=title', '&sort=-publishedAt']) {
        const query = `status=${status}&q=whistleblower&count=exact${sort}`;
        expect(await titlesOf(ada.client, query)).toEqual([title]);
        expect(await titlesOf(editor.client, query)).toEqual([title]);
        expect((await bob.client.get(`${POSTS}?${query}`)).body).toMatchObject({ items: [], page: { total: 0 } });
      }
  });
});

describe('the search in another language', () => {
  it('finds what was written before, once the index is made anew', async () => {
    const api = await TestApi.start({ RESPONSE_CACHE: 'off', SEARCH_LANGUAGE: 'german' });
    try {
      const ada = await createPerson(api, 'ada');
      const { id } = await writePost(ada.client, {
        title: 'Nachricht',
        content: 'Die Häuser der Verlage',
        published: true,
      });
      expect(await titlesOf(api.client(), found('Verlagen Haus'))).toEqual(['Nachricht']);
      await api.database.rows(
        `UPDATE post_search SET language = 'english', search = to_tsvector('english', 'Die Häuser der Verlage') WHERE post_id = $1`,
        [id],
      );
      expect(await titlesOf(api.client(), found('"haus"'))).toEqual([]);
      await api.app.get(SearchIndex).complete();
      expect(await titlesOf(api.client(), found('"haus"'))).toEqual(['Nachricht']);
      const again = await signIn(api, 'ada');
      expect((await again.client.get(`${POSTS}/${id}`)).body.version).toBe(1);
    } finally {
      await api.stop();
    }
  });
});
