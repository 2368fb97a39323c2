import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, TestClient } from '../support/test-client.js';
import { refusedFields } from './support/problem.js';
import { expectHeader, expectScenario, itAnswers, type Scenario } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';
import { idsOf, walk } from './support/walk.js';

const POSTS = '/api/v1/posts';
const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const MEMBERS = [
  'author',
  'content',
  'createdAt',
  'excerpt',
  'id',
  'publishAt',
  'published',
  'publishedAt',
  'slug',
  'status',
  'tags',
  'title',
  'updatedAt',
  'version',
];

interface WrittenPost {
  id: string;
  slug: string;
  etag: string;
}

async function write(client: TestClient, more: object = {}): Promise<WrittenPost> {
  const answer = await client.post(POSTS, { title: 'A title', content: 'Some text', ...more });
  expect(answer.status).toBe(201);
  return { id: answer.body.id, slug: answer.body.slug, etag: answer.headers.get('etag') ?? '' };
}

describe('who may do what with a post', () => {
  let api: TestApi;
  let people: Record<string, Person>;
  let post: WrittenPost;

  beforeAll(async () => {
    api = await TestApi.start();
    people = {
      author: await createPerson(api, 'author'),
      stranger: await createPerson(api, 'stranger'),
      editor: await createPerson(api, 'editor', 'editor'),
      admin: await createPerson(api, 'root', 'admin'),
    };
  });

  afterAll(() => api.stop());

  const WHO = ['nobody', 'stranger', 'author', 'editor', 'admin'] as const;
  const CODES: Record<number, string> = {
    401: 'UNAUTHENTICATED',
    403: 'POST_NOT_YOURS',
    404: 'POST_NOT_FOUND',
    409: 'POST_STATE_CONFLICT',
  };
  const WHOLE = { title: 'Another title', content: 'Other text' };

  /** One line per action and state of the post; the statuses are those of WHO, in that order. */
  const RULES: [action: string, method: string, body: object | undefined, state: 'draft' | 'published', number[]][] = [
    ['', 'GET', undefined, 'draft', [404, 404, 200, 200, 200]],
    ['', 'GET', undefined, 'published', [200, 200, 200, 200, 200]],
    ['', 'PUT', WHOLE, 'draft', [401, 404, 200, 200, 200]],
    ['', 'PUT', WHOLE, 'published', [401, 403, 200, 200, 200]],
    ['', 'PATCH', { title: 'Another title' }, 'draft', [401, 404, 200, 200, 200]],
    ['', 'PATCH', { title: 'Another title' }, 'published', [401, 403, 200, 200, 200]],
    ['', 'DELETE', undefined, 'draft', [401, 404, 204, 204, 204]],
    ['', 'DELETE', undefined, 'published', [401, 403, 204, 204, 204]],
    ['/publish', 'POST', undefined, 'draft', [401, 404, 200, 200, 200]],
    ['/publish', 'POST', undefined, 'published', [401, 403, 409, 409, 409]],
    ['/unpublish', 'POST', undefined, 'draft', [401, 404, 409, 409, 409]],
    ['/unpublish', 'POST', undefined, 'published', [401, 403, 200, 200, 200]],
  ];

  const scenarioOf = (
    who: (typeof WHO)[number],
    status: number,
    [action, method, body, state]: (typeof RULES)[number],
  ): Scenario => ({
    name: `${who}: ${method} ${action || 'the post'} while it is ${state} is ${status}`,
    given: async () => {
      post = await write(people['author']?.client as TestClient, { published: state === 'published' });
    },
    as: who === 'nobody' ? undefined : () => people[who] as Person,
    method,
    path: () => `${POSTS}/${post.id}${action}`,
    body,
    expect: {
      status,
      code: CODES[status],
      events: action === '/publish' && status === 200 ? ['PostPublished'] : [],
      absent: status >= 400 ? ['Some text', 'author@example.com'] : ['author@example.com', 'asswordHash'],
    },
  });

  for (const rule of RULES)
    itAnswers(
      () => api,
      WHO.map((who, index) => scenarioOf(who, rule[4][index] ?? 0, rule)),
    );

  itAnswers(
    () => api,
    [
      {
        name: 'nobody writes without an account',
        method: 'POST',
        path: POSTS,
        body: WHOLE,
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      },
      ...(['GET', 'PUT', 'PATCH', 'DELETE'] as const).map((method): Scenario => ({
        name: `${method} of what is not there is 404`,
        as: () => people['admin'] as Person,
        method,
        path: `${POSTS}/${NOBODY}`,
        body: method === 'GET' || method === 'DELETE' ? undefined : WHOLE,
        expect: { status: 404, code: 'POST_NOT_FOUND' },
      })),
    ],
  );

  it('tells a stranger nothing of a draft by its slug either', async () => {
    const draft = await write(people['author']?.client as TestClient, { title: 'The secret plan' });
    for (const client of [api.client(), people['stranger']?.client])
      expect((await client?.get(`${POSTS}/the-secret-plan`))?.status).toBe(404);
    expect((await people['author']?.client.get(`${POSTS}/the-secret-plan`))?.body.id).toBe(draft.id);
  });
});

describe('the life of a post', () => {
  let api: TestApi;
  let ada: Person;
  let post: WrittenPost;
  const asAda = () => ada;
  const path = () => `${POSTS}/${post.id}`;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    await ada.client.patch('/api/v1/users/me', { fullName: 'Ada Lovelace' });
  });

  afterAll(() => api.stop());

  it('begins as a draft, with these members and no others', async () => {
    const answer = await expectScenario(api, {
      name: 'creating',
      as: asAda,
      method: 'POST',
      path: POSTS,
      body: { title: '  How the penny press began ', content: '# In **1833**\n\na newspaper cost a penny.\n' },
      expect: {
        status: 201,
        body: {
          title: 'How the penny press began',
          slug: 'how-the-penny-press-began',
          content: '# In **1833**\n\na newspaper cost a penny.\n',
          excerpt: 'In 1833 a newspaper cost a penny.',
          tags: [],
          status: 'draft',
          published: false,
          publishedAt: null,
          publishAt: null,
          version: 1,
          createdAt: TIME,
          updatedAt: TIME,
        },
        headers: { location: /^\/api\/v1\/posts\/[0-9a-f-]{36}$/, etag: /^"[^"]+"$/ },
      },
    });
    expect(Object.keys(answer.body).sort()).toEqual(MEMBERS);
    expect(answer.body.author).toEqual({ id: ada.id, username: 'ada', fullName: 'Ada Lovelace' });
    expect((await ada.client.get(answer.headers.get('location') ?? '')).body).toEqual(answer.body);
  });

  it('goes from draft to published, to draft, and back', async () => {
    post = await write(ada.client, { title: 'Back and forth' });
    const publishing: Scenario = {
      name: 'publishing',
      as: asAda,
      method: 'POST',
      path: () => `${path()}/publish`,
      expect: {
        status: 200,
        body: { status: 'published', published: true, publishedAt: TIME, publishAt: null },
        events: ['PostPublished'],
      },
    };
    await expectScenario(api, publishing);
    await expectScenario(api, { ...publishing, expect: { status: 409, code: 'POST_STATE_CONFLICT' } });
    await expectScenario(api, {
      name: 'taking back',
      as: asAda,
      method: 'POST',
      path: () => `${path()}/unpublish`,
      expect: { status: 200, body: { status: 'draft', published: false, publishedAt: null } },
    });
    await expectScenario(api, publishing);
  });

  itAnswers(
    () => api,
    [
      {
        name: 'may begin as published',
        as: asAda,
        method: 'POST',
        path: POSTS,
        body: { title: 'At once', content: '', published: true },
        expect: { status: 201, body: { status: 'published', publishedAt: TIME }, events: ['PostPublished'] },
      },
      {
        name: 'is published by PATCH',
        given: async () => (post = await write(ada.client)),
        as: asAda,
        method: 'PATCH',
        path,
        body: { published: true },
        expect: { status: 200, body: { status: 'published', publishedAt: TIME }, events: ['PostPublished'] },
      },
      {
        name: 'is not published twice by PATCH',
        given: async () => (post = await write(ada.client, { published: true })),
        as: asAda,
        method: 'PATCH',
        path,
        body: { published: true, title: 'Again' },
        expect: { status: 200, body: { status: 'published', title: 'Again' } },
      },
      {
        name: 'is taken back by PATCH',
        given: async () => (post = await write(ada.client, { published: true })),
        as: asAda,
        method: 'PATCH',
        path,
        body: { published: false },
        expect: { status: 200, body: { status: 'draft', publishedAt: null } },
      },
      {
        name: 'keeps its state under PUT, unless `published` is sent',
        given: async () => (post = await write(ada.client, { published: true })),
        as: asAda,
        method: 'PUT',
        path,
        body: { title: 'Replaced', content: 'x' },
        expect: { status: 200, body: { status: 'published', version: 2 } },
      },
      {
        name: 'has what PUT leaves out put back to its default',
        given: async () => (post = await write(ada.client, { tags: ['a', 'b'], excerpt: 'My own' })),
        as: asAda,
        method: 'PUT',
        path,
        body: { title: 'Replaced', content: 'New *words*' },
        expect: { status: 200, body: { tags: [], excerpt: 'New words', status: 'draft', content: 'New *words*' } },
      },
      {
        name: 'keeps what PATCH leaves out',
        given: async () => (post = await write(ada.client, { tags: ['a', 'b'], excerpt: 'My own' })),
        as: asAda,
        method: 'PATCH',
        path,
        body: { content: 'New' },
        expect: { status: 200, body: { title: 'A title', tags: ['a', 'b'], excerpt: 'My own', content: 'New' } },
      },
      {
        name: 'has its excerpt made again with its content',
        given: async () => (post = await write(ada.client, { content: 'Old' })),
        as: asAda,
        method: 'PATCH',
        path,
        body: { content: 'New' },
        expect: { status: 200, body: { excerpt: 'New' } },
      },
      {
        name: 'has its excerpt made again when null is sent',
        given: async () => (post = await write(ada.client, { excerpt: 'My own' })),
        as: asAda,
        method: 'PATCH',
        path,
        body: { excerpt: null },
        expect: { status: 200, body: { excerpt: 'Some text' } },
      },
      {
        name: 'takes an empty content',
        as: asAda,
        method: 'POST',
        path: POSTS,
        body: { title: 'x', content: '' },
        expect: { status: 201, body: { content: '', excerpt: '' } },
      },
      {
        name: 'is not published by a request that the route does not understand',
        given: async () => (post = await write(ada.client)),
        as: asAda,
        method: 'POST',
        path: () => `${path()}/publish`,
        body: { nonsense: true },
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['nonsense'] },
      },
      {
        name: 'is not taken back by a request that the route does not understand',
        given: async () => (post = await write(ada.client, { published: true })),
        as: asAda,
        method: 'POST',
        path: () => `${path()}/unpublish`,
        body: { nonsense: true },
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['nonsense'] },
      },
    ],
  );

  it('does not appear at once when it is asked to appear later', async () => {
    post = await write(ada.client);
    const scheduled = { status: 'scheduled', published: false, publishAt: '2099-01-01T00:00:00.000Z' };
    await expectScenario(api, {
      name: 'scheduling',
      as: asAda,
      method: 'POST',
      path: () => `${path()}/publish`,
      body: { publishAt: '2099-01-01T00:00:00Z' },
      expect: { status: 200, body: { ...scheduled, publishedAt: null } },
    });
    expect((await ada.client.get(path())).body).toMatchObject(scheduled);
    expect((await api.client().get(path())).status).toBe(404);
  });

  it('is gone once deleted, and its slug is free', async () => {
    post = await write(ada.client, { title: 'Short lived', published: true });
    await expectScenario(api, { name: 'delete', as: asAda, method: 'DELETE', path, expect: { status: 204 } });
    for (const [method, suffix, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PATCH', '', { title: 'x' }],
      ['PUT', '', { title: 'x', content: '' }],
      ['POST', '/publish', undefined],
      ['POST', '/unpublish', undefined],
    ] as const)
      await expectScenario(api, {
        name: 'gone',
        as: asAda,
        method,
        path: `${path()}${suffix}`,
        body,
        expect: { status: 404, code: 'POST_NOT_FOUND' },
      });
    expect((await api.client().get(`${POSTS}/short-lived`)).status).toBe(404);
    expect((await write(ada.client, { title: 'Short lived' })).slug).toBe('short-lived');
  });

  it('shows the name of its author as it is now', async () => {
    post = await write(ada.client, { published: true });
    await ada.client.patch('/api/v1/users/me', { fullName: 'Countess of Lovelace' });
    expect((await api.client().get(path())).body.author.fullName).toBe('Countess of Lovelace');
  });

  it('counts its versions, and leaves createdAt alone', async () => {
    const created = await ada.client.post(POSTS, { title: 'Counted', content: 'x' });
    const changed = await ada.client.patch(`${POSTS}/${created.body.id}`, { content: 'y' });
    const published = await ada.client.post(`${POSTS}/${created.body.id}/publish`);
    expect([created, changed, published].map((answer) => answer.body.version)).toEqual([1, 2, 3]);
    expect(new Set([created, changed, published].map((answer) => answer.headers.get('etag'))).size).toBe(3);
    expect(published.body.createdAt).toBe(created.body.createdAt);
    expect(Date.parse(published.body.updatedAt)).toBeGreaterThanOrEqual(Date.parse(changed.body.updatedAt));
    expect(Date.parse(changed.body.updatedAt)).toBeGreaterThan(Date.parse(created.body.createdAt));
  });
});

describe('what a post may be', () => {
  let api: TestApi;
  let ada: Person;
  let post: WrittenPost;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    post = await write(ada.client, { title: 'Untouched' });
  });

  afterAll(() => api.stop());

  const refusals: [name: string, body: object, field: string][] = [
    ['an empty title', { title: '' }, 'title'],
    ['a title of white space', { title: ' \n\t ' }, 'title'],
    ['a title of 201 characters', { title: 't'.repeat(201) }, 'title'],
    ['a title of 202 characters that look like 101', { title: '❤️'.repeat(101) }, 'title'],
    ['null for a title', { title: null }, 'title'],
    ['a number for a title', { title: 1 }, 'title'],
    ['NUL in a title', { title: 'a\0b' }, 'title'],
    ['half of a surrogate pair in a title', { title: 'a\uDC00b' }, 'title'],
    ['null for content', { content: null }, 'content'],
    ['a list for content', { content: ['text'] }, 'content'],
    ['a content of 200,001 characters', { content: 'c'.repeat(200_001) }, 'content'],
    ['NUL in content', { content: 'a\0b' }, 'content'],
    ['half of a surrogate pair in content', { content: 'a\uD83Db' }, 'content'],
    ['an excerpt of 501 characters', { excerpt: 'e'.repeat(501) }, 'excerpt'],
    ['a number for an excerpt', { excerpt: 5 }, 'excerpt'],
    ['an empty slug', { slug: '' }, 'slug'],
    ['null for a slug', { slug: null }, 'slug'],
    ['a slug in capitals', { slug: 'Penny-Press' }, 'slug'],
    ['a slug with a space', { slug: 'penny press' }, 'slug'],
    ['a slug with a slash', { slug: 'penny/press' }, 'slug'],
    ['a slug with dots', { slug: '..' }, 'slug'],
    ['a slug with a hyphen at its end', { slug: 'penny-' }, 'slug'],
    ['a slug with two hyphens in a row', { slug: 'penny--press' }, 'slug'],
    ['a slug with a line break at its end', { slug: 'penny\n' }, 'slug'],
    ['a slug in another script', { slug: 'привет' }, 'slug'],
    ['a slug of 121 characters', { slug: 's'.repeat(121) }, 'slug'],
    ['a slug of the shape of an id', { slug: NOBODY }, 'slug'],
    ['twenty-one tags', { tags: Array.from({ length: 21 }, (_, index) => `tag${index}`) }, 'tags'],
    ['a text for tags', { tags: 'a,b' }, 'tags'],
    ['null for tags', { tags: null }, 'tags'],
    ['an empty tag', { tags: ['a', ''] }, 'tags'],
    ['a tag of 51 characters', { tags: ['t'.repeat(51)] }, 'tags'],
    ['a tag with a comma', { tags: ['a,b'] }, 'tags'],
    ['a tag with markup', { tags: ['<b>'] }, 'tags'],
    ['a number among tags', { tags: ['a', 1] }, 'tags'],
    ['null among tags', { tags: [null] }, 'tags'],
    ['a list among tags', { tags: [['a']] }, 'tags'],
    ['a text for `published`', { published: 'true' }, 'published'],
    ['a number for `published`', { published: 1 }, 'published'],
    ['null for `published`', { published: null }, 'published'],
    ['a status', { status: 'published' }, 'status'],
    ['an author', { authorId: NOBODY }, 'authorId'],
    ['an author as an object', { author: { id: NOBODY } }, 'author'],
    ['an id', { id: NOBODY }, 'id'],
    ['a version', { version: 7 }, 'version'],
    ['a time of publication', { publishedAt: '2000-01-01T00:00:00Z' }, 'publishedAt'],
  ];

  const refusing = (method: string, path: Scenario['path']): Scenario[] =>
    refusals.map(([name, more, field]) => ({
      name: `${method} refuses ${name}`,
      as: () => ada,
      method,
      path,
      body: method === 'PATCH' ? more : { title: 'A title', content: 'Some text', ...more },
      expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
    }));

  itAnswers(
    () => api,
    [
      ...refusing('POST', POSTS),
      ...refusing('PUT', () => `${POSTS}/${post.id}`),
      ...refusing('PATCH', () => `${POSTS}/${post.id}`),
      {
        name: 'POST names all that is missing',
        as: () => ada,
        method: 'POST',
        path: POSTS,
        body: {},
        expect: { status: 422, fields: ['content', 'title'] },
      },
      {
        name: 'POST takes the longest of everything',
        as: () => ada,
        method: 'POST',
        path: POSTS,
        body: {
          title: '𝔗'.repeat(200),
          content: 'c'.repeat(200_000),
          excerpt: 'é'.repeat(500),
          slug: 's'.repeat(120),
          tags: Array.from({ length: 20 }, (_, index) => `${'t'.repeat(48)}${index + 10}`),
        },
        expect: { status: 201, body: { slug: 's'.repeat(120) } },
      },
      {
        name: 'tags are put into one form, each once, in their order',
        as: () => ada,
        method: 'POST',
        path: POSTS,
        body: {
          title: 'x',
          content: '',
          tags: [' Zebra ', 'zebra', 'How  To', 'C++', 'C#', '.net'.slice(1), 'Ärger', 'Ärger'],
        },
        expect: { status: 201, body: { tags: ['zebra', 'how to', 'c++', 'c#', 'net', 'ärger'] } },
      },
      {
        name: 'twenty-five tags that are twenty',
        as: () => ada,
        method: 'POST',
        path: POSTS,
        body: { title: 'x', content: '', tags: Array.from({ length: 25 }, (_, index) => `Tag${index % 20}`) },
        expect: { status: 201, body: { tags: Array.from({ length: 20 }, (_, index) => `tag${index}`) } },
      },
    ],
  );

  const CONTENTS: [string, string][] = [
    ['Windows line ends', 'one\r\ntwo\r\n\r\nthree\r\n'],
    ['old Mac line ends', 'one\rtwo\r'],
    ['blanks at both ends', '  \t\n  text  \n\n \t '],
    ['nothing but blanks', ' \n \n'],
    ['emoji with joiners and tones', '👩‍🚀👨‍👩‍👧‍👦👍🏽🏳️‍🌈 ❤️'],
    ['right to left with its marks', 'שלום \u200Fעולם\u200E مرحبا \u202Bبالعالم\u202C'],
    ['combining marks, not composed', 'e\u0301 vs \u00e9, A\u030A vs \u00c5'],
    ['characters outside the basic plane', '𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎 \u{10FFFF}'],
    ['controls', '\u0001\u0008\u000b\u001f\u007f\u0085\u2028\u2029\ufeff'],
    ['markup and scripts', '<script>alert("x")</script> & &amp; <b>\\"</b> ${x} {{x}} %s \\u0041 \\0'],
    ['SQL', `'; DROP TABLE posts; -- $1 ?`],
    ['a million bytes in 200,000 characters', `${'€'.repeat(199_999)}ж`],
  ];

  it.each(CONTENTS)('comes back equal to the byte: %s', async (_name, content) => {
    const created = await ada.client.post(POSTS, { title: 'Bytes', content, published: true });
    expect(created.status).toBe(201);
    const read = await api.client().get(`${POSTS}/${created.body.id}`);
    expect(Buffer.from(read.body.content).equals(Buffer.from(content))).toBe(true);
    const [row] = await api.database.rows<{ bytes: Buffer }>(
      `SELECT convert_to(content, 'UTF8') AS bytes FROM posts WHERE id = $1`,
      [created.body.id],
    );
    expect(row?.bytes.equals(Buffer.from(content))).toBe(true);
  });
});

describe('the slug of a post', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  it.each([
    ['Привет, мир!', 'privet-mir'],
    ['Ærøskøbing & Łódź', 'aeroskobing-lodz'],
    ['Don’t panic', 'dont-panic'],
    ['  --Hyphens -- everywhere--  ', 'hyphens-everywhere'],
    ['2026', '2026'],
    ['!!!', 'post'],
    ['C++ / C#', 'c-c'],
  ])('of "%s" is %s', async (title, slug) => {
    expect((await write(ada.client, { title })).slug).toBe(slug);
  });

  it.each(['北京欢迎你', '日本語のタイトル', 'שלום עולם', '👩‍🚀 rocket', 'ถนนข้าวสาร'])(
    'of "%s" can be read and typed',
    async (title) => {
      const { id, slug } = await write(ada.client, { title });
      expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(slug).not.toMatch(/^post/);
      expect((await ada.client.get(`${POSTS}/${slug}`)).body.id).toBe(id);
    },
  );

  it('of a long title is cut, and still unique', async () => {
    const slugs = await Promise.all(
      [1, 2].map(async () => (await write(ada.client, { title: 'word '.repeat(40) })).slug),
    );
    expect(new Set(slugs).size).toBe(2);
    for (const slug of slugs) expect(slug).toMatch(/^(?=.{100,120}$)word(-word)*(-w|-wo|-wor)?(-\d)?$/);
  });

  it('never has the shape of an id', async () => {
    const { id, slug } = await write(ada.client, { title: NOBODY });
    expect(slug).not.toBe(NOBODY);
    expect((await ada.client.get(`${POSTS}/${slug}`)).body.id).toBe(id);
    expect((await ada.client.get(`${POSTS}/${NOBODY}`)).status).toBe(404);
  });

  it('is unique under twenty creations of one title at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ada.client.post(POSTS, { title: 'The same title', content: 'x' })),
    );
    expect(statusesOf(answers)).toEqual({ 201: 20 });
    const slugs = answers.map((answer) => String(answer.body.slug));
    expect(new Set(slugs).size).toBe(20);
    expect(slugs).toContain('the-same-title');
    for (const slug of slugs) expect(slug).toMatch(/^the-same-title(-[a-z0-9]+)?$/);
  });

  it('that is asked for goes to one of twenty', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ada.client.post(POSTS, { title: 'x', content: 'x', slug: 'wanted' })),
    );
    expect(statusesOf(answers)).toEqual({ 201: 1, 409: 19 });
  });

  it('stays when the title changes, by PUT and by PATCH', async () => {
    const { id, slug } = await write(ada.client, { title: 'First title' });
    const patched = await ada.client.patch(`${POSTS}/${id}`, { title: 'Second title' });
    const replaced = await ada.client.put(`${POSTS}/${id}`, { title: 'Third title', content: 'x' });
    expect([patched, replaced].map((answer) => answer.body.slug)).toEqual([slug, slug]);
  });

  it('changes when another is asked for', async () => {
    const { id } = await write(ada.client, { title: 'To be renamed' });
    expect((await ada.client.patch(`${POSTS}/${id}`, { slug: 'renamed' })).body.slug).toBe('renamed');
    expect((await ada.client.get(`${POSTS}/renamed`)).body.id).toBe(id);
  });

  it.each(['POST', 'PUT', 'PATCH'])('that is taken is a conflict: %s', async (method) => {
    await write(ada.client, { title: `Taken by ${method}`, slug: `taken-${method.toLowerCase()}` });
    const { id } = await write(ada.client);
    await expectScenario(api, {
      name: 'taken',
      as: () => ada,
      method,
      path: method === 'POST' ? POSTS : `${POSTS}/${id}`,
      body: { title: 'x', content: 'x', slug: `taken-${method.toLowerCase()}` },
      expect: { status: 409, code: 'SLUG_TAKEN' },
    });
  });
});

describe('the version of a post', () => {
  let api: TestApi;
  let ada: Person;
  let post: WrittenPost;
  const path = () => `${POSTS}/${post.id}`;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
  });

  beforeEach(async () => {
    post = await write(ada.client, { published: true });
  });

  afterAll(() => api.stop());

  const matching: [string, () => string][] = [
    ['its ETag', () => post.etag],
    ['its ETag, marked as weak', () => `W/${post.etag}`],
    ['its ETag among others', () => `"other", ${post.etag}`],
    ['any', () => '*'],
  ];

  it.each(matching)('is not sent again to whom has it: %s', async (_name, tag) => {
    const answer = await api.client().get(path(), { headers: { 'if-none-match': tag() } });
    expect(answer).toMatchObject({ status: 304, text: '' });
    expectHeader(answer, 'etag', post.etag);
    expectHeader(answer, 'content-type', null);
  });

  it('is not sent again by slug either', async () => {
    const answer = await api.client().get(`${POSTS}/${post.slug}`, { headers: { 'if-none-match': post.etag } });
    expect(answer).toMatchObject({ status: 304, text: '' });
  });

  it('is not sent again to HEAD either', async () => {
    const answer = await api.client().request('HEAD', path(), { headers: { 'if-none-match': post.etag } });
    expect(answer).toMatchObject({ status: 304, text: '' });
  });

  it('is sent to whom has another', async () => {
    await ada.client.patch(path(), { content: 'New' });
    const answer = await api.client().get(path(), { headers: { 'if-none-match': post.etag } });
    expect(answer).toMatchObject({ status: 200, body: { content: 'New' } });
    expect(answer.headers.get('etag')).not.toBe(post.etag);
  });

  it('is not told to strangers once it is a draft', async () => {
    await ada.client.post(`${path()}/unpublish`);
    for (const tag of [post.etag, '*'])
      expect((await api.client().get(path(), { headers: { 'if-none-match': tag } })).status).toBe(404);
  });

  const stale: [string, () => string][] = [
    ['of another version', () => post.etag.replace(/\.\d+"$/, '.9"')],
    ['of another post', () => `"${NOBODY}.1"`],
    ['marked as weak, which If-Match does not compare (RFC 9110 §13.1.1)', () => `W/${post.etag}`],
    ['without quotes', () => post.etag.replaceAll('"', '')],
    ['of nonsense', () => 'nonsense'],
  ];

  for (const [method, body] of [
    ['PUT', { title: 'x', content: 'x' }],
    ['PATCH', { title: 'x' }],
    ['DELETE', undefined],
  ] as const) {
    it.each(stale)(`is not changed by ${method} with an If-Match %s`, async (_name, tag) => {
      await expectScenario(api, {
        name: 'stale',
        as: () => ada,
        method,
        path,
        body,
        headers: { 'if-match': tag() },
        expect: { status: 412, code: 'VERSION_MISMATCH' },
      });
    });

    it.each(['its ETag', 'a list', 'any'])(`is changed by ${method} with an If-Match of %s`, async (name) => {
      const tags: Record<string, string> = { 'its ETag': post.etag, 'a list': `"other", ${post.etag}`, any: '*' };
      const answer = await ada.client.request(method, path(), { body, headers: { 'if-match': tags[name] ?? '' } });
      expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
    });
  }

  it('is won by one of ten writers, and nothing of the others remains', async () => {
    const headers = { 'if-match': post.etag };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => ada.client.patch(path(), { title: `Writer ${index}` }, { headers })),
    );
    expect(statusesOf(answers)).toEqual({ 200: 1, 412: 9 });
    const winner = answers.find((answer) => answer.status === 200);
    expect((await ada.client.get(path())).body).toEqual(winner?.body);
    expect(winner?.body.version).toBe(2);
  });

  it('counts every change of ten writers who do not ask', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => ada.client.patch(path(), { title: `Writer ${index}` })));
    expect((await ada.client.get(path())).body.version).toBe(11);
  });

  it('appears once, whoever publishes at the same moment', async () => {
    const draft = await write(ada.client);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ada.client.post(`${POSTS}/${draft.id}/publish`)),
    );
    expect(statusesOf(answers)).toEqual({ 200: 1, 409: 9 });
    expect((await ada.client.get(`${POSTS}/${draft.id}`)).body.version).toBe(2);
  });
});

describe('lists of posts', () => {
  const PUBLISHED_COUNT = 41;
  const DRAFT_COUNT = 6;
  let api: TestApi;
  let ada: Person;
  let bob: Person;
  let editor: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'Ada');
    bob = await createPerson(api, 'bob');
    editor = await createPerson(api, 'editor', 'editor');
    // Eight at a time appeared in the same moment, so that the id must break the tie.
    const insert = `INSERT INTO posts (id, author_id, slug, title, content, excerpt, tags, status, published_at, created_at)
      SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END, $3 || n, 'Title ' || n, 'text', '',
        CASE WHEN n % 5 = 0 THEN '{fives,how to}'::text[] ELSE '{}' END, $3,
        CASE WHEN $3 = 'published' THEN timestamptz '2026-01-01' + (n / 8) * interval '1 day' END,
        timestamptz '2025-01-01' + (n / 8) * interval '1 day'
      FROM generate_series(1, $4::int) n`;
    await api.database.rows(insert, [ada.id, bob.id, 'published', PUBLISHED_COUNT]);
    await api.database.rows(insert, [ada.id, bob.id, 'draft', DRAFT_COUNT]);
  });

  afterAll(() => api.stop());

  const total = async (client: TestClient, query: string): Promise<number> => {
    const { status, body } = await client.get(`${POSTS}?count=exact&limit=100&${query}`);
    expect(status).toBe(200);
    expect(body.items).toHaveLength(body.page.total);
    return body.page.total;
  };

  it.each([
    ['', PUBLISHED_COUNT],
    ['status=published', PUBLISHED_COUNT],
    ['author=ada', 20],
    ['author=ADA', 20],
    ['author=bob', 21],
    ['author=nobody', 0],
    [`author=${NOBODY}`, 0],
    ['author=%25', 0],
    ['tag=fives', 8],
    ['tag=%20Fives%20', 8],
    ['tag=how%20to', 8],
    ['tag=how', 0],
    ['tag=FIVES&author=bob', 4],
    ["tag=';--", 0],
  ])('show everybody what is published by ?%s', async (query, count) => {
    expect(await total(api.client(), query)).toBe(count);
    expect(await total(bob.client, query)).toBe(count);
  });

  it('find an author by id as by username', async () => {
    expect(await total(api.client(), `author=${ada.id}`)).toBe(20);
  });

  it('show drafts to their author, and all of them to editors', async () => {
    expect(await total(ada.client, 'status=draft')).toBe(3);
    expect(await total(bob.client, 'status=draft')).toBe(3);
    expect(await total(bob.client, 'status=draft&author=ada')).toBe(0);
    expect(await total(editor.client, 'status=draft')).toBe(DRAFT_COUNT);
    expect(await total(editor.client, 'status=draft&author=bob')).toBe(3);
    expect(await total(ada.client, 'status=scheduled')).toBe(0);
  });

  itAnswers(
    () => api,
    [
      ...(['draft', 'scheduled'] as const).map((status): Scenario => ({
        name: `show nobody what is ${status}`,
        method: 'GET',
        path: `${POSTS}?status=${status}`,
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      })),
      {
        name: 'have twenty a page, and no total unless asked',
        method: 'GET',
        path: POSTS,
        expect: {
          status: 200,
          body: { page: { limit: 20, hasMore: true, nextCursor: expect.any(String) } },
          absent: ['"total"', 'example.com', 'authorId', 'deletedAt'],
          headers: { link: /^<\/api\/v1\/posts\?cursor=[^>]+>; rel="next"$/ },
        },
      },
      {
        name: 'keep the filters in the link to the next page',
        method: 'GET',
        path: `${POSTS}?author=bob&limit=2&count=exact&skip=1`,
        expect: {
          status: 200,
          body: { page: { limit: 2, total: 21 } },
          headers: {
            link: /^<\/api\/v1\/posts\?author=bob&limit=2&count=exact&cursor=[^>&]+>; rel="prev", <\/api\/v1\/posts\?author=bob&limit=2&count=exact&cursor=[^>&]+>; rel="next"$/,
          },
        },
      },
      ...(
        [
          ['limit=0', 'limit'],
          ['limit=101', 'limit'],
          ['limit=abc', 'limit'],
          ['limit=1&limit=2', 'limit'],
          ['skip=-1', 'skip'],
          ['skip=999999999999', 'skip'],
          ['count=1', 'count'],
          ['status=deleted', 'status'],
          ['status=draft&status=published', 'status'],
          ['author=', 'author'],
          [`author=${'a'.repeat(51)}`, 'author'],
          ['author=a&author=b', 'author'],
          ['author=a%00b', 'author'],
          ['tag=', 'tag'],
          [`tag=${'a'.repeat(51)}`, 'tag'],
          ['tag=a&tag=b', 'tag'],
          ['cursor=nonsense', 'cursor'],
          ['cursor=', 'cursor'],
          ['nonsense=1', 'nonsense'],
          ['limit[$gt]=1', 'limit[$gt]'],
          ['__proto__=1', '__proto__'],
          ['constructor=1', 'constructor'],
          ['toString=1', 'toString'],
        ] as const
      ).map(([query, field]): Scenario => ({
        name: `refuse ?${query.slice(0, 40)}`,
        as: () => ada,
        method: 'GET',
        path: `${POSTS}?${query}`,
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
      })),
    ],
  );

  it('are walked to the end, newest first, over ties', async () => {
    const pages = await walk(api.client(), `${POSTS}?limit=7`);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 6]);
    const keys = pages.flat().map((item) => `${String(item['publishedAt'])} ${item.id}`);
    expect(keys).toEqual(keys.toSorted().toReversed());
    expect(new Set(keys).size).toBe(PUBLISHED_COUNT);
  });

  it('are walked back page by page, the same way', async () => {
    const pages = await walk(api.client(), `${POSTS}?limit=7`);
    const { body } = await api.client().get(`${POSTS}?limit=7&skip=${PUBLISHED_COUNT - 6}`);
    expect(body.items).toEqual(pages.at(-1));
    let link: string | undefined = `${POSTS}?limit=7&skip=${PUBLISHED_COUNT - 6}`;
    const back: string[][] = [];
    while (link !== undefined && back.length <= pages.length) {
      const answer: Answer = await api.client().get(link);
      back.unshift(answer.body.items.map((item: { id: string }) => item.id));
      link = /<([^>]+)>; rel="prev"/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(back).toEqual(pages.map((page) => idsOf([page])));
  });

  it('are walked one by one', async () => {
    const pages = await walk(api.client(), `${POSTS}?limit=1`);
    expect(new Set(idsOf(pages)).size).toBe(PUBLISHED_COUNT);
  });

  it('are walked by the time of writing where they are drafts', async () => {
    const pages = await walk(editor.client, `${POSTS}?status=draft&limit=4`);
    expect(new Set(idsOf(pages)).size).toBe(DRAFT_COUNT);
  });

  it('are passed over by skip in the same order', async () => {
    const all = idsOf(await walk(api.client(), `${POSTS}?limit=100`));
    const { body } = await api.client().get(`${POSTS}?limit=5&skip=17`);
    expect(body.items.map((item: { id: string }) => item.id)).toEqual(all.slice(17, 22));
    expect((await api.client().get(`${POSTS}?skip=100000`)).body.items).toEqual([]);
  });

  it('take a cursor or skip, never both', async () => {
    const { body } = await api.client().get(`${POSTS}?limit=5`);
    const answer = await api.client().get(`${POSTS}?limit=5&skip=5&cursor=${body.page.nextCursor}`);
    expect(answer.status).toBe(422);
  });

  it('refuse a cursor of another list', async () => {
    const { body } = await api.client().get(`${POSTS}?limit=5`);
    const cursor: string = body.page.nextCursor;
    for (const path of [
      `${POSTS}?author=ada&cursor=${cursor}`,
      `${POSTS}?tag=fives&cursor=${cursor}`,
      `${POSTS}?cursor=${cursor}x`,
      `/api/v1/users/${ada.id}/posts?cursor=${cursor}`,
    ]) {
      const answer = await api.client().get(path);
      expect({ path, status: answer.status, fields: refusedFields(answer) }).toEqual({
        path,
        status: 422,
        fields: ['cursor'],
      });
    }
    const drafts = await ada.client.get(`${POSTS}?status=draft&limit=1`);
    const others = await bob.client.get(`${POSTS}?status=draft&cursor=${drafts.body.page.nextCursor}`);
    expect(refusedFields(others)).toEqual(['cursor']);
  });

  it('miss nothing and repeat nothing while others write and delete', async () => {
    const before = idsOf(await walk(api.client(), `${POSTS}?limit=100`));
    let written = 0;
    const pages = await walk(api.client(), `${POSTS}?limit=6`, async () => {
      written += 1;
      await write(ada.client, { title: `Meanwhile ${written}`, published: true });
    });
    expect(written).toBeGreaterThan(5);
    expect(idsOf(pages)).toEqual(before);
  });

  it('of one author are open to everybody, and show what is published alone', async () => {
    const pages = await walk(api.client(), `/api/v1/users/${bob.id}/posts?limit=4`);
    expect(pages.flat()).toHaveLength(21);
    for (const item of pages.flat()) expect(item).toMatchObject({ status: 'published', author: { username: 'bob' } });
    const own = await bob.client.get(`/api/v1/users/${bob.id}/posts?count=exact`);
    expect(own.body.page.total).toBe(21);
  });

  itAnswers(
    () => api,
    [
      {
        name: 'of one author have no status to ask for',
        as: () => ada,
        method: 'GET',
        path: () => `/api/v1/users/${ada.id}/posts?status=draft`,
        expect: { status: 422, fields: ['status'] },
      },
      {
        name: 'of an author who is not there are 404',
        method: 'GET',
        path: `/api/v1/users/${NOBODY}/posts`,
        expect: { status: 404, code: 'USER_NOT_FOUND' },
      },
      {
        name: 'of an author are found by id alone',
        method: 'GET',
        path: '/api/v1/users/bob/posts',
        expect: { status: 422, fields: ['id'] },
      },
    ],
  );
});
