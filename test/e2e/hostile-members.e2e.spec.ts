import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { FORM_BODY, JSON_BODY, operations, type Operation } from './support/operations.js';
import { writePost, type WrittenPost } from './support/posts.js';
import { refusedFields } from './support/problem.js';

/** What rows have and nobody may say, each with a value that it would have. */
const MEMBERS: Record<string, unknown> = {
  id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  role: 'admin',
  isActive: true,
  isAdmin: true,
  emailVerified: true,
  emailVerifiedAt: '2026-01-01T00:00:00Z',
  pendingEmail: 'eve@evil.example',
  email: 'eve@evil.example',
  emailKey: 'eve@evil.example',
  usernameKey: 'root',
  passwordHash: 'v1:$2b$04$abcdefghijklmnopqrstuv',
  password_hash: 'v1:$2b$04$abcdefghijklmnopqrstuv',
  credentialsChangedAt: '2026-01-01T00:00:00Z',
  sessionsValidFrom: null,
  userId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  sessionId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  author: { id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' },
  authorId: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  author_id: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  editedById: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  version: 7,
  status: 'published',
  publishedAt: '2020-01-01T00:00:00Z',
  createdAt: '2020-01-01T00:00:00Z',
  updatedAt: '2020-01-01T00:00:00Z',
  deletedAt: null,
  search: 'x',
};

const ADMIN_MEMBERS = ['role', 'isActive'];

/** Fields that a refusal names at most, where nothing of a body is read. */
const SHOWN = 20;

type Members = Record<string, unknown>;

const named =
  (rename: (name: string) => string) =>
  (members: Members): Members =>
    Object.fromEntries(Object.entries(members).map(([name, value]) => [rename(name), value]));

/** Ways to say them; all at once, as each is refused by its name. */
const WAYS: [name: string, wrap: (members: Members) => Members][] = [
  ['as they are', (members) => members],
  ['within an object', (members) => ({ user: members, post: members })],
  ['within a list', (members) => ({ data: [members] })],
  ['in brackets', named((name) => `user[${name}]`)],
  ['with a dot', named((name) => `user.${name}`)],
  ['with a blank', named((name) => `${name} `)],
  ['in capitals', named((name) => name.toUpperCase())],
  ['as an operator', (members) => ({ $set: members })],
];

/** Without what an administrator alone may say, which is refused by another name. */
const exampleOf = ({ example }: Pick<Operation, 'example'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(example ?? {}).filter(([name]) => !ADMIN_MEMBERS.includes(name)));

/** Every operation that reads a body, on things of one's own, so that no guard but the one of the members refuses it. */
describe('a member that nobody may set', () => {
  let api: TestApi;
  let eve: Person;
  let post: WrittenPost;
  let before: unknown;

  const rows = async () => [
    await api.database.rows('SELECT * FROM users ORDER BY id'),
    await api.database.rows('SELECT * FROM posts ORDER BY id'),
    await api.database.rows('SELECT type FROM outbox_events ORDER BY id'),
  ];

  beforeAll(async () => {
    api = await TestApi.start();
    eve = await createPerson(api, 'eve');
    post = await writePost(eve.client, { title: 'Mine' });
    before = await rows();
  });

  afterEach(async () => expect(await rows()).toEqual(before));

  afterAll(() => api.stop());

  const readersOf = (type: string): Operation[] => operations(api).filter(({ bodies }) => bodies[type]);

  const ownUrl = (path: string): string => path.replaceAll(/\{[^}]+\}/g, path.includes('/users/') ? eve.id : post.id);

  it.each(WAYS)('is refused by its name wherever JSON is read: %s', async (_name, wrap) => {
    const readers = readersOf(JSON_BODY);
    expect(readers.length).toBeGreaterThan(15);
    for (const { method, path, bodies, example } of readers) {
      const members = Object.fromEntries(Object.entries(wrap(MEMBERS)).filter(([name]) => !bodies[JSON_BODY]?.[name]));
      const body = { ...exampleOf({ example }), ...members };
      const answer = await eve.client.request(method, ownUrl(path), { body });
      expect({ method, path, status: answer.status, fields: refusedFields(answer) }).toEqual({
        method,
        path,
        status: 422,
        fields: expect.arrayContaining(Object.keys(members).slice(0, SHOWN)),
      });
    }
  });

  it.each(ADMIN_MEMBERS)('is for administrators alone where it is known: %s', async (name) => {
    const knowing = readersOf(JSON_BODY).filter(({ bodies }) => bodies[JSON_BODY]?.[name]);
    expect(knowing).toHaveLength(4);
    for (const operation of knowing)
      for (const client of [eve.client, ...(operation.path.endsWith('/users') ? [api.client()] : [])]) {
        const body = { ...exampleOf(operation), [name]: MEMBERS[name] };
        const { status, body: answer } = await client.request(operation.method, ownUrl(operation.path), { body });
        expect({ path: operation.path, status, code: answer.code }).toEqual({
          path: operation.path,
          status: 403,
          code: 'ADMIN_FIELD',
        });
      }
  });

  it('is refused as a form wherever JSON alone is read', async () => {
    const strict = readersOf(JSON_BODY).filter(({ bodies }) => !bodies[FORM_BODY]);
    expect(strict.length).toBeGreaterThan(10);
    const form = Object.fromEntries(Object.entries(MEMBERS).map(([name, value]) => [name, String(value)]));
    for (const { method, path } of strict)
      expect(await eve.client.request(method, ownUrl(path), { form })).toMatchObject({ status: 415 });
  });

  it('is read of no form', async () => {
    const names = Object.keys(MEMBERS).filter((name) => name !== 'email');
    const members = names.flatMap((name) => [name, `user[${name}]`]).map((name) => [name, 'admin']);
    for (const { method, path, bodies } of readersOf(FORM_BODY)) {
      const known = { grant_type: 'password', username: 'eve', password: PASSWORD, token: 'x' };
      const form = Object.fromEntries([
        ...Object.entries(known).filter(([name]) => bodies[FORM_BODY]?.[name]),
        ...members,
      ]) as Record<string, string>;
      const answer = await api.client().request(method, path, { form });
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      if (!answer.body?.access_token) continue;
      const me = await api.client(answer.body.access_token).get('/api/v1/users/me');
      expect(me.body).toMatchObject({ id: eve.id, role: 'user', emailVerified: false });
    }
  });

  it('is no parameter of the query either', async () => {
    const names = ['role', 'authorId', 'id', 'version', 'passwordHash'];
    const query = names.map((name) => `${name}=admin`).join('&');
    for (const operation of readersOf(JSON_BODY)) {
      const body = exampleOf(operation);
      const answer = await eve.client.request(operation.method, `${ownUrl(operation.path)}?${query}`, { body });
      expect({ path: operation.path, status: answer.status }).toEqual({ path: operation.path, status: 422 });
      expect(refusedFields(answer)).toEqual(expect.arrayContaining(names));
    }
  });
});
