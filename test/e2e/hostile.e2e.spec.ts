import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { POSTS, writePost, type WrittenPost } from './support/posts.js';
import { expectProblem } from './support/problem.js';
import { itAnswers, type Scenario } from './support/scenarios.js';

const USERS = '/api/v1/users';
const LOGIN = '/api/v1/auth/login';
const TOKEN = '/api/v1/auth/token';
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

/** Where PostgreSQL, JavaScript and 64 bits end, and how else numbers are written. */
const NUMBERS = (
  '2147483647 2147483648 -2147483649 9007199254740993 9223372036854775807 9223372036854775808 ' +
  '1e3 1E400 -1 0x10 NaN Infinity １ 1_000 +1 ' +
  '9'.repeat(290)
).split(' ');

/** Shapes that others broke on; those of bodies, queries, ids and the wire are beside this file, the rest is `npm run fuzz`. */
describe('a client that means harm', () => {
  let api: TestApi;
  let eve: Person;
  let ada: Person;
  let post: WrittenPost;
  const asEve = () => eve;

  beforeAll(async () => {
    api = await TestApi.start();
    [eve, ada] = [await createPerson(api, 'eve'), await createPerson(api, 'ada')];
    post = await writePost(ada.client, { title: 'Hers', published: true });
  });

  afterAll(() => api.stop());

  describe('with a number that is none, or too large', () => {
    it.each(NUMBERS)('%s', async (number) => {
      const written = encodeURIComponent(number);
      for (const query of [`limit=${written}`, `skip=${written}`])
        expectProblem(await eve.client.get(`${POSTS}?${query}`), 422, 'VALIDATION_FAILED');
      const { status } = await ada.client.get(`${post.path}/revisions/${written}`);
      expect([404, 422]).toContain(status);
    });
  });

  describe('with members that nobody may set', () => {
    const members = (path: string, method: string, more: object, fields: string[]): Scenario => ({
      name: `${method} ${path} ${JSON.stringify(more)}`,
      as: asEve,
      method,
      path,
      body: { ...(path === POSTS && { title: 'x', content: '' }), ...more },
      expect: { status: 422, code: 'VALIDATION_FAILED', fields },
    });

    itAnswers(
      () => api,
      [
        members(`${USERS}/me`, 'PATCH', { emailVerified: true, fullName: 'Eve' }, ['emailVerified']),
        members(`${USERS}/me`, 'PATCH', { id: 'x' }, ['id']),
        members(`${USERS}/me`, 'PATCH', { passwordHash: 'x', createdAt: 'x' }, ['createdAt', 'passwordHash']),
        members(`${USERS}/me`, 'PATCH', { user: { role: 'admin' } }, ['user']),
        members(`${USERS}/me`, 'PATCH', { 'user[role]': 'admin', 'user.role': 'admin' }, ['user.role', 'user[role]']),
        members(`${USERS}/me`, 'PATCH', { fullName: { role: 'admin' } }, ['fullName']),
        members(POSTS, 'POST', { authorId: 'x' }, ['authorId']),
        members(POSTS, 'POST', { author: { id: 'x' } }, ['author']),
        members(POSTS, 'POST', { id: 'x', version: 7 }, ['id', 'version']),
        members(POSTS, 'POST', { status: 'published', deletedAt: null }, ['deletedAt', 'status']),
        {
          name: 'a role that is said twice: the last one counts, for the rules too',
          as: asEve,
          method: 'PATCH',
          path: `${USERS}/me`,
          raw: '{"role":"user","fullName":"Eve","role":"admin"}',
          headers: JSON_TYPE,
          expect: { status: 403, code: 'ADMIN_FIELD' },
        },
        {
          name: 'a form, where only JSON is read',
          as: asEve,
          method: 'PATCH',
          path: `${USERS}/me`,
          form: { role: 'admin' },
          expect: { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
        },
      ],
    );

    it.each([LOGIN, TOKEN])('in a form of %s, which have no effect', async (path) => {
      const form = {
        grant_type: 'password',
        username: 'eve',
        password: PASSWORD,
        role: 'admin',
        'user[role]': 'admin',
      };
      const { status, body } = await api.client().request('POST', path, { form });
      expect(status).toBe(200);
      const me = await api.client(body.access_token).get(`${USERS}/me`);
      expect(me.body).toMatchObject({ role: 'user', isActive: true, emailVerified: false });
    });
  });

  it.each([LOGIN, TOKEN])('with fifty thousand fields in a form of %s', async (path) => {
    const raw = Array.from({ length: 50_000 }, (_, index) => `f${index}=1`).join('&');
    const answer = await api.client().request('POST', path, { raw, headers: FORM_TYPE });
    expect(answer.status).toBe(400);
  });

  it.each<Record<string, string>>([
    { 'x-http-method-override': 'DELETE' },
    { 'x-http-method': 'DELETE' },
    { 'x-method-override': 'DELETE' },
    { 'x-original-url': '/api/v1/admin/jobs' },
    { 'x-rewrite-url': '/api/v1/admin/jobs' },
    { 'x-user-id': 'admin', 'x-role': 'admin', 'x-forwarded-user': 'admin' },
  ])('with headers that mean something elsewhere: %j', async (headers) => {
    const { status, body } = await ada.client.get(post.path, { headers });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: post.id, title: 'Hers' });
    // A POST there stays one, which there is none of.
    expectProblem(await ada.client.post(post.path, {}, { headers }), 405, 'METHOD_NOT_ALLOWED');
    expectProblem(await ada.client.get('/api/v1/admin/jobs', { headers }), 403, 'ROLE_REQUIRED');
  });

  it('with a method in the query', async () => {
    expectProblem(await ada.client.get(`${post.path}?_method=DELETE`), 422, 'VALIDATION_FAILED');
    expectProblem(await ada.client.post(`${post.path}?_method=DELETE`, {}), 405, 'METHOD_NOT_ALLOWED');
  });

  it.each(['author', 'tag', 'q'])('with a condition in ?%s, whose truth does not show', async (name) => {
    const totalWith = async (condition: string): Promise<unknown> => {
      const value = encodeURIComponent(`zzz' OR ${condition} OR 'a'='b`);
      const { status, body } = await api.client().get(`${POSTS}?count=exact&${name}=${value}`);
      return { status, total: body?.page?.total, fields: body?.errors?.map(({ field }: { field: string }) => field) };
    };
    expect(await totalWith('1=1')).toEqual(await totalWith('1=2'));
  });

  it('with wildcards, which stand for themselves', async () => {
    for (const wildcard of ['%', '_', '%%', 'a%', '\\%', '___'])
      expect((await eve.client.get(`${USERS}?q=${encodeURIComponent(wildcard)}`)).body.items).toEqual([]);
  });
});
