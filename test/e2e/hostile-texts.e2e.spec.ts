import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { POSTS, writePost } from './support/posts.js';
import { expectProblem } from './support/problem.js';

const USERS = '/api/v1/users';
/** Ten KiB of marks on one letter. */
const MARKS = `e${'\u0301'.repeat(5_119)}`;
/**
 * Milliseconds: a pattern that tries every way needs hours for these, and one that does not a few of them; the rest is for
 * machines that have other things to do.
 */
const LIMIT = 10_000;

/** Texts on which patterns try every way, as none of them fits in the end. */
const EVIL: [name: string, text: string][] = [
  ['one letter, and another one', `${'a'.repeat(5_000)}!`],
  ['hyphens', `${'a-'.repeat(2_500)}_`],
  ['dots of an address', `a@${'a.'.repeat(2_500)}`],
  ['ats', 'a@'.repeat(2_500)],
  ['blanks', `a${' '.repeat(5_000)}b`],
  ['line breaks', `a${'\r\n'.repeat(2_500)}b`],
  ['brackets', '['.repeat(2_500) + ')('.repeat(1_000)],
  ['stars', '*_'.repeat(2_500)],
  ['quotes', '"\\'.repeat(2_500)],
  ['markup', '<a '.repeat(1_500)],
  ['commas', ',;'.repeat(2_500)],
  ['zeros', `${'0'.repeat(5_000)}Z`],
  ['a time', `2026-01-01T00:00:00.${'0'.repeat(5_000)}X`],
];

/** @param what is asked, for the message */
async function expectInTime(what: string, ask: () => Promise<Answer>): Promise<Answer> {
  const begun = performance.now();
  const answer = await ask();
  expect({ what, isInTime: performance.now() - begun < LIMIT, isServed: answer.status < 500 }).toEqual({
    what,
    isInTime: true,
    isServed: true,
  });
  return answer;
}

describe('a text that is meant to do harm', () => {
  let api: TestApi;
  let eve: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    eve = await createPerson(api, 'eve');
  });

  afterAll(() => api.stop());

  it('is kept to the byte where there is room for its marks, and refused where there is none', async () => {
    const { path } = await writePost(eve.client, { title: 'Marks', content: MARKS, published: true });
    expect((await api.client().get(path)).body.content).toBe(MARKS);
    expect((await api.client().get(`${path}?format=html`)).status).toBe(200);
    for (const [method, url, body] of [
      ['POST', POSTS, { title: MARKS, content: '' }],
      ['POST', POSTS, { title: 'x', content: '', tags: [MARKS] }],
      ['POST', POSTS, { title: 'x', content: '', slug: MARKS }],
      ['POST', POSTS, { title: 'x', content: '', excerpt: MARKS }],
      ['POST', USERS, { email: `${MARKS}@example.com`, password: PASSWORD }],
      ['POST', USERS, { email: 'new@example.com', password: MARKS }],
      ['PATCH', `${USERS}/me`, { fullName: MARKS }],
      ['PATCH', `${USERS}/me`, { username: MARKS }],
    ] as const)
      expectProblem(await eve.client.request(method, url, { body }), 422, 'VALIDATION_FAILED');
    // As many as a title holds make an address that is not longer than any other.
    const full = await writePost(eve.client, { title: `e${'\u0301'.repeat(199)}` });
    expect(full.slug.length).toBeLessThanOrEqual(200);
    await expectInTime('a search', () => eve.client.get(`${POSTS}?q=${encodeURIComponent(MARKS.slice(0, 2_000))}`));
  });

  it('as long as it may be in emoji, and one longer', async () => {
    const family = '👩‍👩‍👧‍👦';
    const characters = [...family].length;
    const title = family.repeat(Math.floor(200 / characters)) + '😀'.repeat(200 % characters);
    expect([...title]).toHaveLength(200);
    const { path } = await writePost(eve.client, { title, published: true });
    expect((await api.client().get(path)).body.title).toBe(title);
    expectProblem(await eve.client.post(POSTS, { title: `${title}😀`, content: '' }), 422, 'VALIDATION_FAILED');
    const name = '😀'.repeat(100);
    expect((await eve.client.patch(`${USERS}/me`, { fullName: name })).body.fullName).toBe(name);
    expectProblem(await eve.client.patch(`${USERS}/me`, { fullName: `${name}😀` }), 422, 'VALIDATION_FAILED');
  });

  it.each(EVIL)('in every place of a body, costs no time: %s', async (_name, text) => {
    const post = { title: 'x', content: '' };
    for (const more of [
      { title: text },
      { content: text, published: true },
      { excerpt: text },
      { slug: text },
      { tags: [text] },
      { publishAt: text },
    ])
      await expectInTime(Object.keys(more).join(', '), () => eve.client.post(POSTS, { ...post, ...more }));
    for (const more of [{ email: text }, { username: text }, { fullName: text }, { password: text }])
      await expectInTime(Object.keys(more).join(', '), () =>
        api.client().post(USERS, { email: 'x', password: PASSWORD, ...more }),
      );
    for (const path of ['login', 'refresh', 'email/verify', 'password/reset', 'password/forgot'])
      await expectInTime(path, () =>
        api.client().post(`/api/v1/auth/${path}`, {
          username: text,
          password: text,
          refresh_token: text,
          token: text,
          email: text,
        }),
      );
  });

  it.each(EVIL)('in every place of a URL and of the headers, costs no time: %s', async (_name, text) => {
    // The rest of the room of a request is for its other headers.
    const short = encodeURIComponent(text).slice(0, 8_000).replace(/%.?$/, '');
    for (const name of ['q', 'author', 'tag', 'sort', 'fields', 'since', 'cursor', 'limit'])
      await expectInTime(name, () => eve.client.get(`${POSTS}?${name}=${short}`));
    await expectInTime('a name', () => eve.client.get(`${USERS}?q=${short}`));
    await expectInTime('a path', () => eve.client.get(`${POSTS}/${short}`));
    const line = text.replaceAll(/[\r\n]/g, ' ').trim();
    for (const header of [
      'accept',
      'accept-encoding',
      'accept-language',
      'authorization',
      'content-type',
      'forwarded',
      'if-match',
      'if-modified-since',
      'if-none-match',
      'origin',
      'range',
      'traceparent',
      'user-agent',
      'x-forwarded-for',
      'x-request-id',
    ])
      await expectInTime(header, () => api.client().get(POSTS, { headers: { [header]: line } }));
  });

  it('as Markdown of any length that is taken, costs no time to read', async () => {
    for (const [name, piece] of [
      ['open links', '[x]('],
      ['brackets', '[['],
      ['pictures', '![]('],
      ['emphasis', '*a **b '],
      ['quotes in quotes', '> '],
      ['lists in lists', '- '],
      ['code', '`a``'],
      ['entities', '&#x26;'],
      ['angles', '<a <!--'],
      ['tables', '|a|\n|-|\n'],
    ] as const) {
      const content = piece.repeat(Math.floor(100_000 / piece.length));
      const { path } = await writePost(eve.client, { title: name, content, published: true });
      await expectInTime(name, () => api.client().get(`${path}?format=html`));
    }
  });
});
