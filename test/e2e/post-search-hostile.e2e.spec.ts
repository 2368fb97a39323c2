import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, titlesOf, writePost } from './support/posts.js';
import { expectNoInternals, refusedFields } from './support/problem.js';

/** What the database puts around what was found. */
const MARKS = '\u0002\u0003';

/** 200,000 characters of words none of which is there twice. */
const distinct = (word: (number: number) => string): string => {
  let text = '';
  for (let number = 0; text.length < 200_000; number += 1) text += `${word(number)} `;
  return text.slice(0, 200_000).replace(/[\ud800-\udbff]$/, '');
};

describe('a search for what nobody should search for', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    ada = await createPerson(api, 'ada');
    await writePost(ada.client, { title: 'Found', content: 'The penny press', tags: ['c++'], published: true });
    await writePost(ada.client, { title: 'Hidden', content: 'The penny press' });
  });

  afterAll(() => api.stop());

  it.each([
    "':*",
    "'",
    "''''",
    '"',
    '""',
    '"""',
    '!',
    '!&|<->',
    '<->',
    '<2>',
    'penny <-> press',
    'penny & press',
    'penny | press',
    '!penny',
    '!!penny',
    '(penny',
    'penny)',
    '()',
    ':*',
    'penny:*',
    'penny:ABCD',
    'penny:*A',
    '*',
    '-',
    '--',
    '- -',
    '-"',
    '-"-',
    'or',
    'or or',
    'OR OR OR',
    'penny or -',
    '\\',
    '\\\\',
    "\\'",
    "penny\\' press",
    '%',
    '_',
    'penn%',
    'penn_',
    '$1',
    '$$',
    '?',
    '{}',
    '[]',
    "'; DROP TABLE posts; --",
    "' OR '1'='1",
    "x') || (SELECT 1)",
    '{{penny}}',
    '🚀',
    '👩‍🚀 👩‍🚀',
    '🏳️‍🌈',
    '\u0301',
    'a\u0301\u0301\u0301',
    '\u200b',
    '\u202e',
    '²',
    'ª',
    '½',
    '\u0001',
    '\u0002penny\u0003',
    '\ufffe',
    '\u{10FFFF}',
    'a'.repeat(200),
    'é'.repeat(200),
    '𝔗'.repeat(200),
    'a '.repeat(99),
    '"a" '.repeat(50),
    '-a '.repeat(66),
    'a or '.repeat(40),
    '('.repeat(200),
    '!'.repeat(200),
    '"'.repeat(199),
    'http://a/b?c=d',
    'a@b.c',
    'a/b/c',
    '-1e10',
    '1.2.3.4',
    '<script>alert(1)</script>',
  ])('answers as ever: %s', async (q) => {
    for (const sort of ['', '&sort=title']) {
      const answer = await api.client().get(`${POSTS}?q=${encodeURIComponent(q)}&count=exact${sort}`);
      expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: expect.any(String) });
      expect(answer.body.items).toHaveLength(answer.body.page.total);
      expect(answer.text).not.toContain('Hidden');
      expectNoInternals({ ...answer, body: undefined });
    }
  });

  it.each([
    ['nothing', ''],
    ['blanks', '%20%09'],
    ['NUL', 'penny%00press'],
    ['201 characters', 'a'.repeat(201)],
    ['itself twice', 'a&q=b'],
  ])('refuses %s', async (_name, q) => {
    const answer = await api.client().get(`${POSTS}?q=${q}`);
    expect({ status: answer.status, fields: refusedFields(answer) }).toEqual({ status: 422, fields: ['q'] });
  });

  it.each(['%ED%A0%80', '%FF%FE', '%C0%80', '%', '%zz', '%E2%82'])('never fails on the bytes %s', async (q) => {
    for (const query of [q, `penny%20${q}`]) {
      const answer = await api.client().get(`${POSTS}?q=${query}`);
      expect([200, 400, 422]).toContain(answer.status);
    }
  });

  it.each(['q[]=a', 'q[gt]=a', 'q.x=a'])('refuses ?%s by its name', async (query) => {
    const answer = await api.client().get(`${POSTS}?${query}`);
    expect({ status: answer.status, fields: refusedFields(answer) }).toEqual({
      status: 422,
      fields: [query.split('=')[0]],
    });
  });

  const snippetOf = async (content: string, q = 'needle'): Promise<string> => {
    await api.database.rows(`DELETE FROM posts WHERE title = 'Snippet'`);
    await writePost(ada.client, { title: 'Snippet', content, published: true });
    const { body } = await api.client().get(`${POSTS}?q=${encodeURIComponent(q)}`);
    const item = body.items.find(({ title }: { title: string }) => title === 'Snippet');
    return item.snippet;
  };

  describe('snippets', () => {
    it('mark what was found', async () => {
      expect(await snippetOf('A needle in a haystack')).toBe('<mark>needle</mark> in a haystack');
      expect(await snippetOf('A_needle_ ~in~ a/haystack')).toBe('<mark>needle</mark>_ ~in~ a/haystack');
      expect(await snippetOf('Needles, and a needle', 'needl')).toContain('<mark>Needles</mark>');
    });

    it.each([
      '<script>alert(1)</script> needle',
      'needle <img src=x onerror=alert(1)>',
      '<b>needle</b> </mark><mark>',
      '"needle" \' & &lt;script&gt; &#60;',
      '\u0002<script>\u0003 needle \u0002img\u0003',
      '<\u0002script\u0003> needle',
      '<a href="needle">needle</a>',
      '<needle onclick=x>needle',
      '`<svg/onload=alert(1)>` needle',
    ])('have no other element than the mark: %j', async (content) => {
      const snippet = await snippetOf(content);
      expect(snippet).toContain('<mark>needle</mark>');
      const rest = snippet.replaceAll('<mark>', '').replaceAll('</mark>', '');
      for (const character of `<>"'${MARKS}`) expect(rest).not.toContain(character);
      expect(rest.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      expect(snippet.split('<mark>').length).toBe(snippet.split('</mark>').length);
    });

    it('are of what stands behind the name of a tag too', async () => {
      const content = 'Never trust a `<script>` nor a `<STYLE>`: the needle is behind them.';
      expect(await snippetOf(content)).toContain('the <mark>needle</mark> is behind them');
    });

    it('say nothing of fields that were not asked for, and are not there without a search', async () => {
      const { body } = await api.client().get(`${POSTS}?q=penny&fields=id`);
      expect(Object.keys(body.items[0]).sort()).toEqual(['id', 'snippet']);
      const listed = await api.client().get(`${POSTS}?fields=id`);
      for (const item of listed.body.items) expect(Object.keys(item)).toEqual(['id']);
    });
  });

  it.each(['a_', '~/', '/.', 'a1@', '@1a', '<!--', '<', '<b>', '&', 'a@', 'a-', 'http://', 'a.b/', '-1e', "'"])(
    '200,000 characters of %j are written, and found, in time',
    async (piece) => {
      const content = `needle ${piece.repeat(199_000 / piece.length)}`;
      const begun = performance.now();
      const { path } = await writePost(ada.client, { title: 'Slow', content, published: true });
      expect(await titlesOf(api.client(), 'q=needle&fields=title')).toContain('Slow');
      expect(performance.now() - begun).toBeLessThan(8_000);
      await ada.client.delete(path);
    },
  );

  it.each([
    ['words', (number: number) => number.toString(36)],
    ['long words', (number: number) => `${number}${'word'.repeat(60)}`],
    ['hyphenated words', (number: number) => `a${number}-b${number}-c${number}`],
    ['addresses', (number: number) => `h${number}.example.com/p${number}/q`],
    [
      'words of four bytes a character',
      (number: number) => String.fromCodePoint(0x20000 + (number % 42_000), 0x20000 + number),
    ],
    ['paths', (number: number) => `/a${number}/b${number}.txt`],
    ['one word', () => 'w'.repeat(200_000)],
    ['one hyphenated word', () => 'ab-'.repeat(70_000)],
  ])('a post of 200,000 characters of different %s is written, read and changed', async (_name, word) => {
    const content = distinct(word);
    const { path } = await writePost(ada.client, { title: 'Vast', content, published: true });
    expect((await api.client().get(path)).body.content).toBe(content);
    expect((await ada.client.patch(path, { title: 'Vaster still' })).status).toBe(200);
    expect(await titlesOf(api.client(), 'q=vaster+still&fields=title')).toContain('Vaster still');
    await ada.client.delete(path);
  });
});
