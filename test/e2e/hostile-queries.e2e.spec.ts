import { createPerson, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { operations, type Operation, type Parameter } from './support/operations.js';
import { writePost } from './support/posts.js';
import { expectNoInternals, refusedFields } from './support/problem.js';

/** What orders and choices of fields must not take: SQL, columns that nobody sees, and paths to other rows. */
const INJECTIONS = [
  'id;select pg_sleep(9)',
  'id;select pg_sleep(9)--',
  'createdAt,(select pg_sleep(9))',
  '(select 1 from pg_sleep(9))',
  'createdAt desc',
  '-createdAt,title',
  '--createdAt',
  'created_at',
  'passwordHash',
  '-passwordHash',
  'password_hash',
  'emailKey',
  'email',
  'author.email',
  'author.passwordHash',
  'author',
  'sessions.id',
  'posts',
  '1',
  '*',
  'id::text',
  'CREATEDAT',
  '__proto__',
  'constructor',
  'toString',
  '',
];

/** Where a list is filtered, these are values like any other. */
const VALUES = [
  "'; select pg_sleep(9); --",
  "' || (select pg_sleep(9)) || '",
  "') or 1=1 --",
  '1; select pg_sleep(9)',
  '$1',
  '{"$gt":""}',
  '%',
  '_',
  '\\',
  '%%%',
  "\\'; select pg_sleep(9); --",
];

const NUMBERS = (
  '2147483648 -2147483649 9007199254740993 9223372036854775807 9223372036854775808 1e3 1E400 -1 0x10 010e1 NaN ' +
  'Infinity １ 1_000 +1 1.5 1,5 null true'
).split(' ');

const TIMES = (
  '2026-02-30T00:00:00Z 10000-01-01T00:00:00Z +275760-09-13T00:00:01Z -000001-01-01T00:00:00Z 9999-12-31T23:59:59-23:59 ' +
  'infinity now 1e3 NaN 9223372036854775808'
).split(' ');

/** Longer than any answer takes, and shorter than `pg_sleep(9)`, which no limit of statements cuts short, in milliseconds. */
const LIMIT = 8_000;

interface Asked {
  path: string;
  name: string;
  status: number;
  /** That a 422 names. */
  fields: string[];
}

const expectRefused = ({ path, name, status, fields }: Asked): void =>
  expect({ path, status, fields }).toEqual({ path, status: 422, fields: expect.arrayContaining([name]) });

async function cursorOf({ client }: Person, url: string): Promise<string> {
  const { body } = await client.get(`${url}${url.includes('?') ? '&' : '?'}limit=1`);
  expect({ url, cursor: body.page?.nextCursor }).toEqual({ url, cursor: expect.any(String) });
  return body.page.nextCursor;
}

/** Every parameter of every list, by somebody whom no guard stops. */
describe('a query that is meant to do harm', () => {
  let api: TestApi;
  let root: Person;
  let ada: Person;
  let postId: string;

  beforeAll(async () => {
    api = await TestApi.start({ RESPONSE_CACHE: 'off' });
    [root, ada] = [await createPerson(api, 'root', 'admin'), await createPerson(api, 'ada')];
    for (const name of ['root', 'ada']) await signIn(api, name);
    const { id, path } = await writePost(root.client, { title: 'First', tags: ['one', 'two'], published: true });
    postId = id;
    await writePost(root.client, { title: 'Second', tags: ['two'], published: true });
    for (const title of ['Third', 'Fourth']) {
      expect((await root.client.patch(path, { title })).status).toBe(200);
      for (const { client } of [root, ada]) await writePost(client, { title });
    }
    for (const follower of [root, ada])
      for (const name of ['bob', `of.${follower.username}`]) {
        const known = await api.database.rows<{ id: string }>('SELECT id FROM users WHERE username = $1', [name]);
        const authorId = known[0]?.id ?? (await createPerson(api, name)).id;
        await follower.client.put(`/api/v1/users/${authorId}/subscription`, undefined);
      }
    await api.database.rows(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, context)
        SELECT gen_random_uuid(), 'welcome', id, email, email, '{}' FROM users`,
    );
    await api.database.rows(`INSERT INTO email_fan_outs (id, post_id) SELECT gen_random_uuid(), id FROM posts`);
  });

  afterAll(() => api.stop());

  const urlOf = ({ path }: Operation): string =>
    path.replace('{id}', path.includes('/posts/') ? postId : root.id).replace('{version}', '1');

  const lists = (): Operation[] =>
    operations(api).filter(({ method, query }) => method === 'GET' && query.some(({ name }) => name === 'cursor'));

  /** Asks for every parameter that is meant, with a value, by its own name. */
  async function expectOfEach(
    isMeant: (parameter: Parameter) => boolean,
    value: string,
    judge: (asked: Asked) => void,
  ): Promise<void> {
    let asked = 0;
    // The one that has no end is not a list.
    const routes = operations(api).filter(({ method, path }) => method === 'GET' && !path.endsWith('/events'));
    for (const operation of routes)
      for (const { name } of operation.query.filter(isMeant)) {
        asked += 1;
        const begun = performance.now();
        const path = `${urlOf(operation)}?${name}=${encodeURIComponent(value)}`;
        const answer = await root.client.get(path);
        expect({ path, isInTime: performance.now() - begun < LIMIT }).toEqual({ path, isInTime: true });
        // What is found is what people have written, and may say anything.
        expectNoInternals({ ...answer, ...(answer.status < 400 && { text: '', body: undefined }) });
        judge({ path, name, status: answer.status, fields: refusedFields(answer) });
      }
    expect(asked).toBeGreaterThan(0);
  }

  it.each(INJECTIONS)('is refused as an order, and as a choice of fields: "%s"', async (text) => {
    await expectOfEach(({ name }) => name === 'sort', text, expectRefused);
    // The author is a field that can be chosen.
    if (text !== 'author') await expectOfEach(({ name }) => name === 'fields', text, expectRefused);
  });

  it.each(VALUES)('is a value like any other, or none at all: %s', (text) =>
    expectOfEach(
      ({ schema }) => schema.type === 'string',
      text,
      ({ path, name, status, fields }) => {
        const isRefused = status === 422 && fields.includes(name);
        expect({ path, status, isGood: status === 200 || isRefused }).toMatchObject({ isGood: true });
      },
    ),
  );

  it.each(NUMBERS)('is refused as a number: %s', (text) =>
    expectOfEach(({ schema }) => schema.type === 'number' || schema.type === 'integer', text, expectRefused),
  );

  it.each(TIMES)('is refused as a time: %s', (text) =>
    expectOfEach(({ schema }) => schema.format === 'date-time', text, expectRefused),
  );

  it.each(["' or 1=1 --", 'null', '*', '{}', '00000000-0000-0000-0000-00000000000g'])(
    'is refused as an id: %s',
    (text) => expectOfEach(({ schema }) => schema.format === 'uuid', text, expectRefused),
  );

  it.each(['a\0b', '\0'])('is refused wherever there is NUL: %j', (text) =>
    expectOfEach(() => true, text, expectRefused),
  );

  it.each(['%s[]=a', '%s[$ne]=a', '%s.x=a', '%s=a&%s=b'])('is refused in another form: %s', async (form) => {
    for (const operation of lists())
      for (const { name } of operation.query) {
        const answer = await root.client.get(`${urlOf(operation)}?${form.replaceAll('%s', name)}`);
        expect({ path: operation.path, name, status: answer.status }).toMatchObject({ status: 422 });
        expect(refusedFields(answer).some((field) => field.startsWith(name))).toBe(true);
      }
  });

  it('shows nothing by a condition, whether it is true or not', async () => {
    for (const operation of lists())
      for (const { name } of operation.query.filter(({ schema }) => schema.type === 'string' && !schema.enum)) {
        const answers = ['1=1', '1=2'].map(async (condition) => {
          const value = encodeURIComponent(`zzz' OR ${condition} OR 'a'='b`);
          const { status, body } = await root.client.get(`${urlOf(operation)}?${name}=${value}`);
          return { status, items: body.items, fields: body.errors?.length };
        });
        const [whenTrue, whenFalse] = await Promise.all(answers);
        expect({ path: operation.path, name, ...whenTrue }).toEqual({ path: operation.path, name, ...whenFalse });
      }
  });

  it('finds nothing by a wildcard where it finds something by its text', async () => {
    for (const [path, found] of [
      ['/api/v1/users?q=', 'roo'],
      ['/api/v1/tags?q=', 'tw'],
      ['/api/v1/admin/emails?to=', 'root@example.com'],
    ]) {
      expect((await root.client.get(`${path}${found}`)).body.items).not.toEqual([]);
      for (const wildcard of ['%', '_', '%%', 'roo_', 'ro%', '\\%', '*', '?', '.*', '^', '[a-z]'])
        expect({
          path,
          wildcard,
          items: (await root.client.get(path + encodeURIComponent(wildcard))).body.items,
        }).toEqual({ path, wildcard, items: [] });
    }
  });

  it('goes on with no cursor of another list, nor with one that is changed', async () => {
    const urls = lists().map(urlOf);
    expect(urls.length).toBeGreaterThan(8);
    for (const url of urls) {
      const cursor = await cursorOf(root, url);
      expect((await root.client.get(`${url}?cursor=${cursor}`)).status).toBe(200);
      const [payload = '', signature = ''] = cursor.split('.');
      const values = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown[];
      const moved = Buffer.from(JSON.stringify([...values.slice(0, -1), ada.id])).toString('base64url');
      const forged = [`${moved}.${signature}`, payload, `${payload}.`, `.${signature}`, `${cursor}=`, `${cursor}.x`];
      for (const wrong of forged)
        expect(refusedFields(await root.client.get(`${url}?cursor=${wrong}`))).toEqual(['cursor']);
      for (const other of urls.filter((each) => each !== url)) {
        const answer = await root.client.get(`${other}?cursor=${cursor}`);
        expect({ url, other, fields: refusedFields(answer) }).toEqual({ url, other, fields: ['cursor'] });
      }
    }
  });

  it('goes on with no cursor of somebody else where the list is each one’s own', async () => {
    for (const url of ['/api/v1/auth/sessions', '/api/v1/users/me/subscriptions', '/api/v1/posts?status=draft']) {
      const cursor = await cursorOf(ada, url);
      const answer = await root.client.get(`${url}${url.includes('?') ? '&' : '?'}cursor=${cursor}`);
      expect({ url, fields: refusedFields(answer) }).toEqual({ url, fields: ['cursor'] });
    }
  });
});
