import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { operations, type Operation } from './support/operations.js';
import { writePost, type WrittenPost } from './support/posts.js';
import { expectNoInternals } from './support/problem.js';
import { exchange } from './support/wire.js';

const AUDIENCE = 'What only its author may read';

/** What anybody may do with the id of an account or of a published post. */
const OPEN = new Set([
  'GET /api/v1/users/{id}',
  'GET /api/v1/users/{id}/posts',
  'PUT /api/v1/users/{id}/subscription',
  'DELETE /api/v1/users/{id}/subscription',
  'GET /api/v1/posts/{id}',
]);

const afterLast = (path: string, change: (last: string) => string): string => path.replace(/[^/]+$/, change);

const onId = (path: string, change: (id: string) => string): string => path.replace(/[0-9a-f-]{36}/, change);

/** Other ways to write a path that somebody may take for the same one. */
const SPELLINGS: [name: string, spell: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['with a slash behind', (path) => `${path}/`],
  ['with two slashes behind', (path) => `${path}//`],
  ['with two slashes in front', (path) => `/${path}`],
  ['with two slashes before the id', (path) => onId(path, (id) => `/${id}`)],
  ['with an escaped slash before the id', (path) => path.replace(/\/([0-9a-f-]{36})/, '%2f$1')],
  ['with an escaped slash behind the id', (path) => onId(path, (id) => `${id}%2F`)],
  ['with an escaped slash before the end', (path) => path.replace(/\/([^/]+)$/, '%2f$1')],
  ['with a slash that is escaped twice', (path) => path.replace(/\/([^/]+)$/, '%252f$1')],
  ['with backslashes', (path) => path.replace(/\/([^/]+)$/, '\\$1')],
  ['with an escaped backslash', (path) => path.replace(/\/([^/]+)$/, '%5c$1')],
  ['with an escaped letter of the path', (path) => path.replace('/api/', '/%61pi/')],
  ['with an escaped letter of the id', (path) => onId(path, (id) => `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`)],
  [
    'with an escaped letter of the end',
    (path) => afterLast(path, (last) => `%${last.charCodeAt(0).toString(16)}${last.slice(1)}`),
  ],
  ['with a letter that is escaped twice', (path) => path.replace('/api/', '/%2561pi/')],
  ['with an id in capitals', (path) => onId(path, (id) => id.toUpperCase())],
  ['with a path in capitals', (path) => path.replace('/api/v1', '/API/V1')],
  ['with the end in capitals', (path) => afterLast(path, (last) => last.toUpperCase())],
  ['with a step that goes nowhere', (path) => path.replace('/v1/', '/v1/./')],
  ['with a step up', (path) => path.replace('/v1/', '/v1/x/../')],
  ['with an escaped step up', (path) => path.replace('/v1/', '/v1/x/%2e%2e/')],
  ['with a step up from one’s own', (path) => onId(path, (id) => `me/../${id}`)],
  ['with one’s own id in front', (path) => onId(path, (id) => `me,${id}`)],
  ['with an id in braces', (path) => onId(path, (id) => `%7B${id}%7D`)],
  ['with an id as a URN', (path) => onId(path, (id) => `urn:uuid:${id}`)],
  ['with an id without hyphens', (path) => onId(path, (id) => id.replaceAll('-', ''))],
  ['with an id in quotes', (path) => onId(path, (id) => `%22${id}%22`)],
  ['with a blank before the id', (path) => onId(path, (id) => `%20${id}`)],
  ['with a blank behind the id', (path) => onId(path, (id) => `${id}%20`)],
  ['with a line end behind the id', (path) => onId(path, (id) => `${id}%0a`)],
  ['with NUL behind the id', (path) => onId(path, (id) => `${id}%00`)],
  ['with a suffix', (path) => `${path}.json`],
  ['with a parameter of the path', (path) => onId(path, (id) => `${id};x=y`)],
  ['with a parameter of the path behind', (path) => `${path};x=y`],
  ['with a fragment', (path) => `${path}%23x`],
  ['with an escaped question mark', (path) => `${path}%3fx`],
  ['with the id twice', (path) => onId(path, (id) => `${id},${id}`)],
  ['with a wildcard', (path) => onId(path, (id) => `${id.slice(0, -1)}%25`)],
  [
    'with a letter of full width',
    (path) => onId(path, (id) => id.replace(/\d/, (digit) => String.fromCodePoint(0xff10 + Number(digit)))),
  ],
];

const OVERRIDES: Record<string, string>[] = [
  { 'x-http-method-override': 'DELETE' },
  { 'x-http-method': 'DELETE' },
  { 'x-method-override': 'DELETE' },
  { _method: 'DELETE' },
];

/** Every operation with an id in its path, asked by somebody whose the thing is not. */
describe('the id of what belongs to somebody else', () => {
  let api: TestApi;
  let ada: Person;
  let eve: Person;
  let editor: Person;
  let draft: WrittenPost;
  let published: WrittenPost;
  let ids: Record<string, string[]>;
  let before: unknown;

  const rows = async () =>
    Promise.all(
      ['users', 'sessions', 'posts', 'post_slugs', 'post_revisions', 'emails', 'email_fan_outs'].map((table) =>
        // When somebody was last there is noted in minutes.
        api.database.rows(`SELECT to_jsonb(t) - 'last_used_at' AS row FROM ${table} t ORDER BY 1`),
      ),
    );

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    [ada, eve] = [await createPerson(api, 'ada'), await createPerson(api, 'eve')];
    editor = await createPerson(api, 'chief', 'editor');
    draft = await writePost(ada.client, { title: AUDIENCE, content: AUDIENCE });
    published = await writePost(ada.client, { title: 'What all may read', published: true });
    for (const [post, title] of [
      [draft, `${AUDIENCE} still`],
      [published, 'What all may read still'],
    ] as const)
      expect((await ada.client.patch(post.path, { title })).status).toBe(200);
    const [mail] = await api.database.rows<{ id: string }>(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, context)
        VALUES (gen_random_uuid(), 'welcome', $1, $2, $2, '{}') RETURNING id`,
      [ada.id, ada.email],
    );
    const [bulk] = await api.database.rows<{ id: string }>(
      'INSERT INTO email_fan_outs (id, post_id) VALUES (gen_random_uuid(), $1) RETURNING id',
      [published.id],
    );
    const { body } = await ada.client.get('/api/v1/auth/sessions');
    ids = {
      users: [ada.id],
      posts: [draft.id, published.id],
      sessions: [body.items[0].id],
      emails: [mail?.id ?? ''],
      'bulk-emails': [bulk?.id ?? ''],
    };
    before = await rows();
  });

  afterEach(async () => expect(await rows()).toEqual(before));

  afterAll(() => api.stop());

  const withIds = (): Operation[] => operations(api).filter(({ path }) => path.includes('{'));

  /** The operation on each thing that its id can be of. */
  function pathsOf({ path }: Operation): string[] {
    const [, kind = ''] = /([^/]+)\/\{id\}/.exec(path) ?? [];
    const known = ids[kind];
    if (!known) throw new Error(`What is the id of ${path}?`);
    return known.map((id) => path.replace('{id}', id).replace('{version}', '1'));
  }

  /** To the letter: clients put some of these paths in order before they send them. */
  async function sendAsEve(method: string, target: string, body: unknown): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const lines = [
      `${method} ${target.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent)} HTTP/1.1`,
      `Host: ${new URL(api.url).host}`,
      `Authorization: Bearer ${eve.accessToken}`,
      'Connection: close',
      ...(text ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`] : []),
    ];
    return exchange(api.url, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`));
  }

  it('is in the path of these many operations', () => {
    expect(withIds().flatMap(pathsOf).length).toBeGreaterThan(30);
  });

  it.each(SPELLINGS)('opens nothing, and changes nothing: %s', async (_name, spell) => {
    for (const operation of withIds())
      for (const path of pathsOf(operation)) {
        const { method, example } = operation;
        const answer = await sendAsEve(method, spell(path), example);
        const { status } = answer;
        const isOpen = OPEN.has(`${method} ${operation.path}`) && !path.includes(draft.id);
        const isRefused = status >= 400 && status < 500;
        expect({ method, path: spell(path), status, isGood: isRefused || (isOpen && status < 300) }).toMatchObject({
          isGood: true,
        });
        if (isRefused) expectNoInternals(answer);
        for (const secret of [AUDIENCE, ada.email]) expect(answer.text).not.toContain(secret);
      }
  });

  it('opens what is everybody’s, so that the refusals tell something', async () => {
    const asked = withIds().filter(({ method, path }) => OPEN.has(`${method} ${path}`));
    expect(asked).toHaveLength(OPEN.size);
    for (const operation of asked) {
      const path = pathsOf(operation).find((each) => !each.includes(draft.id)) ?? '';
      expect((await eve.client.request(operation.method, path)).status).toBeLessThan(300);
    }
  });

  it('of an account, a session or a mail opens nothing to an editor either', async () => {
    for (const operation of withIds().filter(({ path }) => !path.includes('/posts/'))) {
      if (OPEN.has(`${operation.method} ${operation.path}`)) continue;
      for (const path of pathsOf(operation)) {
        const { status } = await editor.client.request(operation.method, path, { body: operation.example });
        expect({ path, isRefused: status === 403 || status === 404, status }).toMatchObject({ isRefused: true });
      }
    }
  });

  it.each(OVERRIDES)('is deleted by no header that names a method, not even by its owner: %j', async (headers) => {
    const deletable = withIds().filter(({ method }) => method === 'DELETE');
    expect(deletable.length).toBeGreaterThan(3);
    for (const { path: route, ...operation } of deletable) {
      const known = operations(api).filter((other) => other.path === route);
      const isReadable = known.some(({ method }) => method === 'GET');
      for (const path of pathsOf({ ...operation, path: route })) {
        expect((await ada.client.post(path, undefined, { headers })).status).toBe(405);
        expect((await ada.client.get(path, { headers })).status).toBe(isReadable ? 200 : 405);
      }
    }
  });

  it.each(['PUT', 'DELETE', 'PATCH'])(
    'is not to be named beside a good path: %s with X-Original-URL',
    async (method) => {
      const headers = { 'x-original-url': published.path, 'x-rewrite-url': published.path };
      const { status } = await eve.client.request(method, '/api/v1/posts', { headers });
      expect(status).toBe(405);
    },
  );

  it('is read off the target, not off its host, its fragment or a second line', async () => {
    const { host } = new URL(api.url);
    for (const target of [
      `http://${host}${draft.path}`,
      `//${host}${draft.path}`,
      `${published.path}#/../${draft.id}`,
      `${published.path}?/../${draft.id}`,
    ]) {
      const answer = await sendAsEve('GET', target, undefined);
      expect({ target, isRefused: answer.status >= 400 && answer.status < 500 }).toEqual({ target, isRefused: true });
    }
  });
});
