import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { refusedFields } from './support/problem.js';
import { expectScenario, itAnswers, type Scenario } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';
import { idsOf, walk } from './support/walk.js';

const USERS = '/api/v1/users';
const LOCATION = /^\/api\/v1\/users\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
/** Whatever of an account is nobody's business. */
const SECRETS = ['asswordHash', 'password_hash', PASSWORD, '$2b$', 'Key', 'sessionsValidFrom', 'deletedAt', 'v1:'];
const PRIVATE = ['email', 'emailVerified', 'isActive'];
/** Every member of an answer counts, so that one more is noticed. */
const PUBLIC_MEMBERS = ['createdAt', 'fullName', 'id', 'role', 'updatedAt', 'username'];

const valid = (email: string, more: object = {}) => ({ email, password: PASSWORD, ...more });

const taken = (name: string, body: object, code: string): Scenario => ({
  name,
  method: 'POST',
  path: USERS,
  body,
  expect: { status: 409, code, absent: ['users_', ...SECRETS] },
});

const attempt = (name: string, as: Scenario['as'], expectation: Scenario['expect']): Scenario => ({
  name,
  as,
  method: 'POST',
  path: USERS,
  body: { email: 'new@example.com', password: PASSWORD },
  expect: expectation,
});

describe('signing up', () => {
  let api: TestApi;
  let ada: Person;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    admin = await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  describe('with what is valid', () => {
    itAnswers(
      () => api,
      [
        {
          name: 'makes an account, with the address as typed and the name trimmed',
          method: 'POST',
          path: USERS,
          body: valid('Grace.Hopper@Example.com', { username: 'Grace', fullName: '  Grace Hopper ' }),
          expect: {
            status: 201,
            body: {
              email: 'Grace.Hopper@Example.com',
              username: 'Grace',
              fullName: 'Grace Hopper',
              role: 'user',
              emailVerified: false,
              isActive: true,
            },
            absent: SECRETS,
            headers: { location: LOCATION, 'cache-control': 'no-store' },
            events: ['UserRegistered'],
          },
        },
        {
          name: 'makes the username from the address',
          method: 'POST',
          path: USERS,
          body: valid('Katherine+news@example.com'),
          expect: { status: 201, body: { username: 'Katherinenews', fullName: null }, events: ['UserRegistered'] },
        },
        {
          name: 'makes a username that is long enough from a short address',
          method: 'POST',
          path: USERS,
          body: valid('x@example.com'),
          expect: { status: 201, body: { username: 'xuser' }, events: ['UserRegistered'] },
        },
        {
          name: 'makes another username where the first part of the address is taken as one',
          method: 'POST',
          path: USERS,
          body: valid('ada@elsewhere.example.com'),
          expect: {
            status: 201,
            body: { username: expect.stringMatching(/^ada-\d{4,6}$/) },
            events: ['UserRegistered'],
          },
        },
        {
          name: 'makes a username without the shape of an id from an address that has it',
          method: 'POST',
          path: USERS,
          body: valid(`${NOBODY}@example.com`),
          expect: {
            status: 201,
            body: { username: expect.not.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
            events: ['UserRegistered'],
          },
        },
        {
          name: 'takes the longest of everything',
          method: 'POST',
          path: USERS,
          body: valid(`${'l'.repeat(64)}@example.com`, {
            password: 'p'.repeat(256),
            username: 'u'.repeat(50),
            fullName: 'n'.repeat(100),
          }),
          expect: { status: 201, events: ['UserRegistered'] },
        },
        {
          name: 'takes the shortest of everything',
          method: 'POST',
          path: USERS,
          body: { email: 'a@b.co', password: 'q7#kd9!x', username: 'abc', fullName: null },
          expect: { status: 201, body: { username: 'abc', fullName: null }, events: ['UserRegistered'] },
        },
        {
          name: 'is a matter for somebody signed in, too',
          as: () => ada,
          method: 'POST',
          path: USERS,
          body: valid('friend@example.com'),
          expect: { status: 201, body: { role: 'user' }, events: ['UserRegistered'] },
        },
        {
          name: 'lets an administrator set role and state',
          as: () => admin,
          method: 'POST',
          path: USERS,
          body: valid('desk@example.com', { role: 'editor', isActive: false }),
          expect: { status: 201, body: { role: 'editor', isActive: false }, events: ['UserRegistered'] },
        },
      ],
    );

    it('stores the password as a salted hash alone', async () => {
      for (const name of ['twin.one', 'twin.two'])
        await api.client().post(USERS, valid(`${name}@example.com`, { username: name }));
      const rows = await api.database.rows<{ passwordHash: string }>(
        `SELECT password_hash AS "passwordHash" FROM users WHERE username LIKE 'twin.%'`,
      );
      const hashes = rows.map((row) => row.passwordHash);
      expect(hashes).toEqual([expect.stringMatching(/^v1:\$2b\$/), expect.stringMatching(/^v1:\$2b\$/)]);
      expect(new Set(hashes).size).toBe(2);
    });

    it('agrees with its own document about addresses with a quoted part or an international domain', async () => {
      for (const email of ['"ada lovelace"@example.com', 'ada@exämple.com']) {
        const answer = await api.client().post(USERS, valid(email));
        expect([201, 422]).toContain(answer.status);
      }
    });
  });

  describe('with what is not valid', () => {
    const refused = (name: string, more: object, ...fields: string[]): Scenario => ({
      name: `refuses ${name}`,
      method: 'POST',
      path: USERS,
      body: valid('new@example.com', more),
      expect: { status: 422, code: 'VALIDATION_FAILED', fields, absent: SECRETS },
    });

    itAnswers(
      () => api,
      [
        refused('an empty body', { email: undefined, password: undefined }, 'email'),
        refused('no password, which administrators alone may leave out', { password: undefined }, 'password'),
        refused('an address without @', { email: 'new.example.com' }, 'email'),
        refused('an address without a domain', { email: 'new@' }, 'email'),
        refused('two addresses', { email: 'a@example.com, b@example.com' }, 'email'),
        refused('an address with a name', { email: 'Ada <a@example.com>' }, 'email'),
        refused('an address with a line break', { email: 'a@example.com\r\nBcc: b@example.com' }, 'email'),
        refused('an address with NUL', { email: 'a\0@example.com' }, 'email'),
        refused('an address of 255 characters', { email: `a@${'b'.repeat(61)}.${'c'.repeat(186)}.com` }, 'email'),
        refused('a number for an address', { email: 1 }, 'email'),
        refused('null for an address', { email: null }, 'email'),
        refused('a list for an address', { email: ['a@example.com'] }, 'email'),
        refused('an object for an address', { email: { $ne: null } }, 'email'),
        refused('a short password', { password: 'seven77' }, 'password'),
        refused('a password of 257 characters', { password: 'p'.repeat(257) }, 'password'),
        refused('seven characters that are fourteen units', { password: '🗝'.repeat(7) }, 'password'),
        refused('a number for a password', { password: 12345678 }, 'password'),
        refused('null for a password', { password: null }, 'password'),
        refused('the address as password, in whatever case', { password: 'NEW@example.com' }, 'password'),
        refused('the username as password', { username: 'new.author', password: 'new.author' }, 'password'),
        refused('the name as password', { fullName: 'New Author', password: 'new author' }, 'password'),
        refused('a username of two characters', { username: 'ab' }, 'username'),
        refused('a username of 51 characters', { username: 'u'.repeat(51) }, 'username'),
        refused('an empty username', { username: '' }, 'username'),
        refused('a username with a space', { username: 'new author' }, 'username'),
        refused('a username with @', { username: 'new@example.com' }, 'username'),
        refused('a username with a letter of another alphabet', { username: 'аdа.lovelace' }, 'username'),
        refused('a username with a line break at its end', { username: 'new.author\n' }, 'username'),
        refused('a username of the shape of an id', { username: NOBODY.toUpperCase() }, 'username'),
        refused('null for a username', { username: null }, 'username'),
        refused('a number for a username', { username: 123 }, 'username'),
        refused('a name of 101 characters', { fullName: 'n'.repeat(101) }, 'fullName'),
        refused('a list for a name', { fullName: ['Ada'] }, 'fullName'),
        refused('half of a surrogate pair in a name', { fullName: 'Ada \uD83D' }, 'fullName'),
        refused(
          'all fields at once',
          { email: '', password: 1, username: '', fullName: 1 },
          'email',
          'password',
          'username',
          'fullName',
        ),
      ],
    );

    const assigned = (field: string, value: unknown, status: number, code: string): Scenario => ({
      name: `lets nobody set ${field}`,
      method: 'POST',
      path: USERS,
      body: valid('mallory@example.com', { [field]: value }),
      expect: { status, code, fields: status === 422 ? [field] : [] },
    });

    itAnswers(
      () => api,
      [
        assigned('role', 'admin', 403, 'ADMIN_FIELD'),
        assigned('isActive', true, 403, 'ADMIN_FIELD'),
        assigned('emailVerified', true, 422, 'VALIDATION_FAILED'),
        assigned('emailVerifiedAt', '2026-01-01T00:00:00Z', 422, 'VALIDATION_FAILED'),
        assigned('id', NOBODY, 422, 'VALIDATION_FAILED'),
        assigned('passwordHash', 'v1:x', 422, 'VALIDATION_FAILED'),
        assigned('password_hash', 'v1:x', 422, 'VALIDATION_FAILED'),
        assigned('emailKey', 'x', 422, 'VALIDATION_FAILED'),
        assigned('createdAt', '2000-01-01T00:00:00Z', 422, 'VALIDATION_FAILED'),
        assigned('deletedAt', null, 422, 'VALIDATION_FAILED'),
        {
          name: 'lets nobody who is signed in set a role either',
          as: () => ada,
          method: 'POST',
          path: USERS,
          body: valid('mallory@example.com', { role: 'user' }),
          expect: { status: 403, code: 'ADMIN_FIELD' },
        },
        {
          name: 'knows no other role',
          as: () => admin,
          method: 'POST',
          path: USERS,
          body: valid('mallory@example.com', { role: 'owner' }),
          expect: { status: 422, fields: ['role'] },
        },
        {
          name: 'does not take a bad token for none',
          method: 'POST',
          path: USERS,
          headers: { authorization: 'Bearer nonsense' },
          body: valid('mallory@example.com'),
          expect: { status: 401, code: 'INVALID_TOKEN' },
        },
      ],
    );
  });

  describe('with what is taken', () => {
    itAnswers(
      () => api,
      [
        taken('refuses an address that is taken', valid('ada@example.com', { username: 'ada2' }), 'EMAIL_TAKEN'),
        taken('refuses the address in another case', valid('ADA@EXAMPLE.COM', { username: 'ada2' }), 'EMAIL_TAKEN'),
        taken('refuses it in full-width letters', valid('ａda@example.com'.normalize('NFKC')), 'EMAIL_TAKEN'),
        taken('refuses it where the username is to be made', valid('ada@example.com'), 'EMAIL_TAKEN'),
        taken('refuses a username that is taken', valid('ada2@example.com', { username: 'ada' }), 'USERNAME_TAKEN'),
        taken('refuses the username in another case', valid('ada2@example.com', { username: 'ADA' }), 'USERNAME_TAKEN'),
      ],
    );

    it('refuses both at once with a conflict', async () => {
      const answer = await expectScenario(api, {
        name: 'both taken',
        method: 'POST',
        path: USERS,
        body: valid('ada@example.com', { username: 'ada' }),
        expect: { status: 409 },
      });
      expect(['EMAIL_TAKEN', 'USERNAME_TAKEN']).toContain(answer.body.code);
    });

    it.each([
      ['a username of one’s own', (index: number) => ({ username: `rush.${index}` }), 'rush.own@example.com'],
      ['no username', () => ({}), 'rush.none@example.com'],
      ['the same username', () => ({ username: 'rush.same' }), 'rush.same@example.com'],
    ])('gives an address that thirty want at once to one of them: with %s', async (_name, more, email) => {
      const events = async () => (await api.database.rows('SELECT 1 FROM outbox_events')).length;
      const before = await events();
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, index) => api.client().post(USERS, valid(email, more(index)))),
      );
      expect(statusesOf(answers)).toEqual({ 201: 1, 409: 29 });
      expect(await events()).toBe(before + 1);
      const rows = await api.database.rows('SELECT 1 FROM users WHERE email = $1', [email]);
      expect(rows).toHaveLength(1);
    });
  });

  it('asks for an upper-case letter and a digit under PASSWORD_POLICY=composition', async () => {
    api.settings.PASSWORD_POLICY = 'composition';
    for (const [password, status] of [
      ['correct horse battery', 422],
      ['correct Horse battery', 422],
      ['correct h0rse battery', 422],
      ['correct H0rse battery', 201],
    ] as const) {
      const answer = await api.client().post(USERS, { email: 'composer@example.com', password });
      expect({ password, status: answer.status }).toEqual({ password, status });
      expect(refusedFields(answer)).toEqual(status === 422 ? ['password'] : []);
    }
    api.settings.PASSWORD_POLICY = 'default';
  });
});

describe('signing up while registration is closed', () => {
  let api: TestApi;
  let ada: Person;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    admin = await createPerson(api, 'root', 'admin');
    api.settings.REGISTRATION = 'closed';
  });

  afterAll(() => api.stop());

  itAnswers(
    () => api,
    [
      attempt('is refused to a stranger', undefined, { status: 403, code: 'REGISTRATION_CLOSED' }),
      attempt('is refused to a user', () => ada, { status: 403, code: 'REGISTRATION_CLOSED' }),
      attempt('is open to administrators', () => admin, { status: 201, events: ['UserRegistered'] }),
    ],
  );

  it('does not tell a stranger whether an address is taken', async () => {
    const answer = await api.client().post(USERS, { email: ada.email, password: PASSWORD });
    expect(answer).toMatchObject({ status: 403, body: { code: 'REGISTRATION_CLOSED' } });
  });
});

const removal = (
  name: string,
  path: Scenario['path'],
  who: Scenario['as'],
  expectation: Scenario['expect'],
): Scenario => ({
  name,
  as: who,
  method: 'DELETE',
  path,
  expect: expectation,
});

describe('one account', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;
  let carl: Person;
  let editor: Person;
  let admin: Person;

  const as = {
    nobody: undefined,
    ada: () => ada,
    bob: () => bob,
    editor: () => editor,
    admin: () => admin,
  };
  const pathOfAda = () => `${USERS}/${ada.id}`;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    bob = await createPerson(api, 'bob');
    carl = await createPerson(api, 'carl');
    editor = await createPerson(api, 'editor', 'editor');
    admin = await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  describe('is read', () => {
    itAnswers(
      () => api,
      [
        {
          name: 'by nobody who is not signed in',
          method: 'GET',
          path: pathOfAda,
          expect: { status: 401, code: 'UNAUTHENTICATED', headers: { 'www-authenticate': /^Bearer/ } },
        },
        {
          name: 'by its owner, with the address',
          as: as.ada,
          method: 'GET',
          path: pathOfAda,
          expect: {
            status: 200,
            body: { username: 'ada', email: 'ada@example.com', emailVerified: false, isActive: true },
            absent: SECRETS,
            headers: { 'cache-control': /no-store|private/ },
          },
        },
        {
          name: 'as `me`',
          as: as.ada,
          method: 'GET',
          path: `${USERS}/me`,
          expect: { status: 200, body: () => ({ id: ada.id, email: 'ada@example.com' }), absent: SECRETS },
        },
        {
          name: 'by an administrator, with the address',
          as: as.admin,
          method: 'GET',
          path: pathOfAda,
          expect: { status: 200, body: { email: 'ada@example.com', isActive: true }, absent: SECRETS },
        },
        ...(['bob', 'editor'] as const).map((who): Scenario => ({
          name: `by ${who}, without what is private`,
          as: as[who],
          method: 'GET',
          path: pathOfAda,
          expect: { status: 200, body: { username: 'ada' }, absent: [...SECRETS, 'ada@example.com', ...PRIVATE] },
        })),
        {
          name: 'where there is one',
          as: as.ada,
          method: 'GET',
          path: `${USERS}/${NOBODY}`,
          expect: { status: 404, code: 'USER_NOT_FOUND' },
        },
        {
          name: 'by its id alone',
          as: as.ada,
          method: 'GET',
          path: `${USERS}/bob`,
          expect: { status: 422, fields: ['id'] },
        },
      ],
    );

    it('with these members and no others', async () => {
      const own = await ada.client.get(pathOfAda());
      const other = await bob.client.get(pathOfAda());
      expect(Object.keys(own.body).sort()).toEqual([...PUBLIC_MEMBERS, ...PRIVATE].sort());
      expect(Object.keys(other.body).sort()).toEqual(PUBLIC_MEMBERS);
    });
  });

  describe('is replaced and changed', () => {
    const named = { username: 'ada', fullName: 'Ada Lovelace' };

    beforeEach(() =>
      api.database.rows(
        `UPDATE users SET username = 'ada', username_key = 'ada', full_name = 'Ada Lovelace'
        WHERE id = $1`,
        [ada.id],
      ),
    );

    const rows = (method: 'PUT' | 'PATCH'): Scenario[] => [
      {
        name: `${method}: not by nobody`,
        method,
        path: pathOfAda,
        body: named,
        expect: { status: 401, code: 'UNAUTHENTICATED' },
      },
      ...(['bob', 'editor'] as const).map((who): Scenario => ({
        name: `${method}: not by ${who}`,
        as: as[who],
        method,
        path: pathOfAda,
        body: { username: 'stolen' },
        expect: { status: 403, code: 'ACCOUNT_NOT_YOURS', absent: ['ada@example.com'] },
      })),
      ...(['ada', 'admin'] as const).map((who): Scenario => ({
        name: `${method}: by ${who}`,
        as: as[who],
        method,
        path: pathOfAda,
        body: { username: 'Countess', fullName: ' Ada King ' },
        expect: {
          status: 200,
          body: () => ({ id: ada.id, username: 'Countess', fullName: 'Ada King', email: 'ada@example.com' }),
          absent: SECRETS,
        },
      })),
      {
        name: `${method}: no account that is not there`,
        as: as.admin,
        method,
        path: `${USERS}/${NOBODY}`,
        body: named,
        expect: { status: 404, code: 'USER_NOT_FOUND' },
      },
      {
        name: `${method}: one's own name in another case is not taken`,
        as: as.ada,
        method,
        path: pathOfAda,
        body: { username: 'ADA' },
        expect: { status: 200, body: { username: 'ADA' } },
      },
      {
        name: `${method}: a username that another has, in whatever case`,
        as: as.ada,
        method,
        path: pathOfAda,
        body: { username: 'BOB' },
        expect: { status: 409, code: 'USERNAME_TAKEN' },
      },
      ...(['email', 'password', 'passwordHash', 'emailVerified', 'id', 'createdAt', 'deletedAt'] as const).map(
        (field): Scenario => ({
          name: `${method}: never ${field}`,
          as: as.ada,
          method,
          path: pathOfAda,
          body: { username: 'ada', [field]: 'x' },
          expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
        }),
      ),
      ...(
        [
          ['role', 'admin'],
          ['isActive', true],
        ] as const
      ).map(([field, value]): Scenario => ({
        name: `${method}: not one's own ${field}`,
        as: as.ada,
        method,
        path: pathOfAda,
        body: { username: 'ada', [field]: value },
        expect: { status: 403, code: 'ADMIN_FIELD' },
      })),
      ...(
        [
          ['username', null],
          ['role', null],
          ['isActive', null],
          ['isActive', 'true'],
          ['role', 'root'],
        ] as const
      ).map(([field, value]): Scenario => ({
        name: `${method}: ${field} is never ${JSON.stringify(value)}`,
        as: as.admin,
        method,
        path: pathOfAda,
        body: { username: 'ada', [field]: value },
        expect: { status: 422, fields: [field] },
      })),
    ];

    itAnswers(
      () => api,
      [
        ...rows('PUT'),
        ...rows('PATCH'),
        {
          name: 'PUT: what is left out takes its default; role and state are no part of it',
          as: as.ada,
          method: 'PUT',
          path: pathOfAda,
          body: { username: 'ada' },
          expect: { status: 200, body: { username: 'ada', fullName: null, role: 'user', isActive: true } },
        },
        {
          name: 'PUT: the username is not left out',
          as: as.ada,
          method: 'PUT',
          path: pathOfAda,
          body: { fullName: 'Ada' },
          expect: { status: 422, fields: ['username'] },
        },
        {
          name: 'PATCH: what is left out stays',
          as: as.ada,
          method: 'PATCH',
          path: pathOfAda,
          body: { username: 'countess' },
          expect: { status: 200, body: { username: 'countess', fullName: 'Ada Lovelace' } },
        },
        {
          name: 'PATCH: nothing sent, nothing changed',
          as: as.ada,
          method: 'PATCH',
          path: `${USERS}/me`,
          body: {},
          expect: { status: 200, body: named },
        },
        {
          name: 'PATCH: null takes the name away',
          as: as.ada,
          method: 'PATCH',
          path: `${USERS}/me`,
          body: { fullName: null },
          expect: { status: 200, body: { username: 'ada', fullName: null } },
        },
        {
          name: 'PATCH: a name in any script',
          as: as.ada,
          method: 'PATCH',
          path: `${USERS}/me`,
          body: { fullName: 'עדה لوفلايس 爱达 🖋️' },
          expect: { status: 200, body: { fullName: 'עדה لوفلايس 爱达 🖋️' } },
        },
        {
          name: 'PATCH: `me` has no role to give itself',
          as: as.ada,
          method: 'PATCH',
          path: `${USERS}/me`,
          body: { role: 'admin' },
          expect: { status: 403, code: 'ADMIN_FIELD' },
        },
        {
          name: 'PATCH: an administrator changes role and state of others',
          as: as.admin,
          method: 'PATCH',
          path: () => `${USERS}/${carl.id}`,
          body: { role: 'editor', isActive: false },
          expect: { status: 200, body: { username: 'carl', role: 'editor', isActive: false }, events: ['RoleChanged'] },
        },
        {
          name: 'PATCH: and gives both back',
          as: as.admin,
          method: 'PATCH',
          path: () => `${USERS}/${carl.id}`,
          body: { role: 'user', isActive: true },
          expect: { status: 200, body: { role: 'user', isActive: true }, events: ['RoleChanged'] },
        },
      ],
    );

    it('gives a username that twenty want at once to one of them', async () => {
      const people = await Promise.all(
        Array.from({ length: 20 }, (_, index) => createPerson(api, `contender.${index}`)),
      );
      const answers = await Promise.all(people.map(({ client }) => client.patch(`${USERS}/me`, { username: 'crown' })));
      expect(statusesOf(answers)).toEqual({ 200: 1, 409: 19 });
    });

    it('changes updatedAt and leaves createdAt', async () => {
      const before = await ada.client.get(`${USERS}/me`);
      const after = await ada.client.patch(`${USERS}/me`, { fullName: 'Somebody else' });
      expect(after.body.createdAt).toBe(before.body.createdAt);
      expect(Date.parse(after.body.updatedAt)).toBeGreaterThan(Date.parse(before.body.updatedAt));
    });
  });

  describe('is deleted', () => {
    itAnswers(
      () => api,
      [
        removal('not by nobody', pathOfAda, as.nobody, { status: 401, code: 'UNAUTHENTICATED' }),
        removal('not by another', pathOfAda, as.bob, { status: 403, code: 'ACCOUNT_NOT_YOURS' }),
        removal('not by an editor', pathOfAda, as.editor, { status: 403, code: 'ACCOUNT_NOT_YOURS' }),
        {
          name: 'not where there is none',
          as: as.admin,
          method: 'DELETE',
          path: `${USERS}/${NOBODY}`,
          expect: { status: 404, code: 'USER_NOT_FOUND' },
        },
      ],
    );

    it.each([
      ['its owner, as `me`', (victim: Person) => victim.client.delete(`${USERS}/me`)],
      ['its owner, by id', (victim: Person) => victim.client.delete(`${USERS}/${victim.id}`)],
      ['an administrator', (victim: Person) => admin.client.delete(`${USERS}/${victim.id}`)],
    ])('by %s: gone at once, with sessions and posts, and both names free again', async (_name, remove) => {
      const victim = await createPerson(api, 'victim');
      const post = await victim.client.post('/api/v1/posts', { title: 'Last words', content: 'x', published: true });

      expect(await remove(victim)).toMatchObject({ status: 204, text: '' });

      expect(await victim.client.get(`${USERS}/me`)).toMatchObject({ status: 401, body: { code: 'INVALID_TOKEN' } });
      const refresh = await api.client().post('/api/v1/auth/refresh', { refresh_token: victim.refreshToken });
      expect(refresh).toMatchObject({ status: 401, body: { code: 'INVALID_REFRESH_TOKEN' } });
      const login = await api.client().post('/api/v1/auth/login', { username: 'victim', password: PASSWORD });
      expect(login).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
      for (const path of [`${USERS}/${victim.id}`, `${USERS}/${victim.id}/posts`])
        expect(await admin.client.get(path)).toMatchObject({ status: 404, body: { code: 'USER_NOT_FOUND' } });
      const postPaths = [`/api/v1/posts/${post.body.id}`, `/api/v1/posts/${post.body.slug}`];
      for (const path of postPaths) expect((await admin.client.get(path)).status).toBe(404);
      expect((await api.client().get('/api/v1/posts?author=victim')).body.items).toEqual([]);
      expect((await admin.client.delete(`${USERS}/${victim.id}`)).status).toBe(404);

      const successor = await createPerson(api, 'victim');
      expect(successor.id).not.toBe(victim.id);
      expect((await successor.client.get('/api/v1/posts?author=victim')).body.items).toEqual([]);
      await successor.client.delete(`${USERS}/me`);
    });

    describe('with its posts', () => {
      let orphan: string;

      const orphaned = (name: string, method: string, action: string, body?: object): Scenario => ({
        name: `which an editor cannot ${name} any more`,
        given: async () => {
          const ghost = await createPerson(api, 'ghost');
          const post = await ghost.client.post('/api/v1/posts', { title: 'Last words', content: 'x' });
          await ghost.client.delete(`${USERS}/me`);
          orphan = `/api/v1/posts/${post.body.id}`;
        },
        as: as.editor,
        method,
        path: () => `${orphan}${action}`,
        body,
        expect: { status: 404, code: 'POST_NOT_FOUND' },
      });

      itAnswers(
        () => api,
        [
          orphaned('read', 'GET', ''),
          orphaned('change', 'PATCH', '', { title: 'Revived' }),
          orphaned('publish', 'POST', '/publish'),
          orphaned('delete', 'DELETE', ''),
        ],
      );
    });
  });
});

describe('the last administrator', () => {
  let api: TestApi;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    admin = await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  const kept = { status: 409, code: 'LAST_ADMINISTRATOR' };
  const pathOfAdmin = () => `${USERS}/${admin.id}`;

  itAnswers(
    () => api,
    (
      [
        ['is not deleted', 'DELETE', pathOfAdmin, undefined],
        ['is not deleted as `me`', 'DELETE', `${USERS}/me`, undefined],
        ['is not demoted', 'PATCH', pathOfAdmin, { role: 'editor' }],
        ['is not demoted as `me`', 'PATCH', `${USERS}/me`, { role: 'user' }],
        ['is not demoted by PUT', 'PUT', pathOfAdmin, { username: 'root', role: 'user' }],
        ['is not deactivated', 'PATCH', pathOfAdmin, { isActive: false }],
      ] as const
    ).map(([name, method, path, body]) => ({ name, as: () => admin, method, path, body, expect: kept })),
  );

  it('may change everything else', async () => {
    const answer = await admin.client.patch(pathOfAdmin(), { fullName: 'Root', role: 'admin', isActive: true });
    expect(answer).toMatchObject({ status: 200, body: { fullName: 'Root', role: 'admin' } });
  });

  it('is not alone beside a second one, but is beside one who is deactivated', async () => {
    const second = await createPerson(api, 'second', 'admin');
    expect((await admin.client.patch(`${USERS}/${second.id}`, { isActive: false })).status).toBe(200);
    expect(await admin.client.delete(pathOfAdmin())).toMatchObject({ status: 409, body: { code: kept.code } });
    expect((await admin.client.delete(`${USERS}/${second.id}`)).status).toBe(204);
  });

  it('remains when two remove each other at once', async () => {
    const second = await createPerson(api, 'rival', 'admin');
    const answers = await Promise.all([
      admin.client.delete(`${USERS}/${second.id}`),
      second.client.delete(pathOfAdmin()),
    ]);
    const refused = answers.filter((answer) => answer.status !== 204);
    expect(refused).toHaveLength(1);
    expect([401, 404, 409]).toContain(refused[0]?.status);
    const [row] = await api.database.rows(
      `SELECT count(*)::int AS left FROM users WHERE role = 'admin' AND is_active AND deleted_at IS NULL`,
    );
    expect(row).toEqual({ left: 1 });
  });
});

describe('the list of accounts', () => {
  const COUNT = 45;
  let api: TestApi;
  let ada: Person;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    admin = await createPerson(api, 'root', 'admin');
    // Ten at a time are of the same moment, so that the id must break the tie.
    await api.database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, full_name, role, created_at)
        SELECT gen_random_uuid(), 'walker' || n || '@example.com', 'walker' || n || '@example.com',
          'Walker_' || lpad(n::text, 2, '0'), 'walker_' || lpad(n::text, 2, '0'),
          CASE WHEN n % 9 = 0 THEN 'Ünal 50% Öz' END, CASE WHEN n % 15 = 0 THEN 'editor' ELSE 'user' END,
          timestamptz '2020-01-01' + (n / 10) * interval '1 day'
        FROM generate_series(1, $1::int) n`,
      [COUNT],
    );
  });

  afterAll(() => api.stop());

  itAnswers(
    () => api,
    [
      { name: 'is closed to strangers', method: 'GET', path: USERS, expect: { status: 401, code: 'UNAUTHENTICATED' } },
      {
        name: 'has twenty a page and no total unless asked',
        as: () => ada,
        method: 'GET',
        path: USERS,
        expect: {
          status: 200,
          body: { page: { limit: 20, hasMore: true, nextCursor: expect.any(String) } },
          absent: ['"total"', ...SECRETS],
          headers: { link: /^<\/api\/v1\/users\?cursor=[^>]+>; rel="next"$/, 'cache-control': /no-store|private/ },
        },
      },
      {
        name: 'counts exactly when asked',
        as: () => ada,
        method: 'GET',
        path: `${USERS}?count=exact&limit=1`,
        expect: { status: 200, body: { page: { total: COUNT + 2 } } },
      },
      {
        name: 'ends without a next page',
        as: () => ada,
        method: 'GET',
        path: `${USERS}?limit=100`,
        expect: { status: 200, body: { page: { hasMore: false, nextCursor: null } }, headers: { link: null } },
      },
      {
        name: 'ends exactly at the limit without a next page',
        as: () => ada,
        method: 'GET',
        path: `${USERS}?limit=${COUNT + 2}`,
        expect: { status: 200, body: { page: { hasMore: false, nextCursor: null } }, headers: { link: null } },
      },
      {
        name: 'is empty beyond its end',
        as: () => ada,
        method: 'GET',
        path: `${USERS}?skip=1000`,
        expect: { status: 200, body: { items: [], page: { hasMore: false } } },
      },
      {
        name: 'shows nobody the address of others',
        as: () => ada,
        method: 'GET',
        path: `${USERS}?limit=100`,
        expect: { status: 200, present: ['"ada@example.com"'], absent: ['walker1@example.com', 'root@example.com'] },
      },
      {
        name: 'shows administrators every address',
        as: () => admin,
        method: 'GET',
        path: `${USERS}?limit=100`,
        expect: { status: 200, present: ['walker1@example.com', 'ada@example.com'], absent: SECRETS },
      },
      ...(
        [
          ['limit=0', 'limit'],
          ['limit=101', 'limit'],
          ['limit=-1', 'limit'],
          ['limit=ten', 'limit'],
          ['limit=1e1', 'limit'],
          ['limit=0x10', 'limit'],
          ['limit=', 'limit'],
          ['limit=1.5', 'limit'],
          ['limit=5&limit=6', 'limit'],
          ['skip=-1', 'skip'],
          ['skip=100001', 'skip'],
          ['count=yes', 'count'],
          ['role=owner', 'role'],
          ['role=user&role=admin', 'role'],
          ['sort=email', 'sort'],
          ['sort=password_hash', 'sort'],
          ['q=', 'q'],
          [`q=${'a'.repeat(101)}`, 'q'],
          ['cursor=nonsense', 'cursor'],
          ['cursor=W10.AAAAAAAAAAAAAAAAAAAAAA', 'cursor'],
          ['page=2', 'page'],
          ['deleted_at=1', 'deleted_at'],
        ] as const
      ).map(([query, field]): Scenario => ({
        name: `refuses ?${query.slice(0, 40)}`,
        as: () => ada,
        method: 'GET',
        path: `${USERS}?${query}`,
        expect: { status: 422, code: 'VALIDATION_FAILED', fields: [field] },
      })),
    ],
  );

  it.each(['createdAt', '-createdAt', 'username', '-username'])('is walked to its end by %s', async (sort) => {
    const pages = await walk(ada.client, `${USERS}?limit=7&sort=${sort}`);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 7, 5]);
    expect(new Set(idsOf(pages)).size).toBe(COUNT + 2);
    const key = sort.replace('-', '');
    const values = pages.flat().map((item) => String(item[key]).toLowerCase());
    const sorted = values.toSorted();
    expect(values).toEqual(sort.startsWith('-') ? sorted.toReversed() : sorted);
  });

  it('is passed over by skip in the same order', async () => {
    const all = await walk(ada.client, `${USERS}?limit=100&sort=username`);
    const { body } = await ada.client.get(`${USERS}?limit=5&skip=13&sort=username`);
    expect(body.items.map((item: { id: string }) => item.id)).toEqual(idsOf(all).slice(13, 18));
  });

  it('takes a cursor or skip, never both', async () => {
    const { body } = await ada.client.get(`${USERS}?limit=5`);
    const answer = await ada.client.get(`${USERS}?limit=5&skip=5&cursor=${body.page.nextCursor}`);
    expect(answer.status).toBe(422);
  });

  it('refuses a cursor of another sort or filter, and one that was tampered with', async () => {
    const cursor: string = (await ada.client.get(`${USERS}?limit=5`)).body.page.nextCursor;
    const flipped = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`;
    for (const query of [`sort=username&cursor=${cursor}`, `role=user&cursor=${cursor}`, `cursor=${flipped}`]) {
      const answer = await ada.client.get(`${USERS}?${query}`);
      expect({ query, status: answer.status, fields: refusedFields(answer) }).toEqual({
        query,
        status: 422,
        fields: ['cursor'],
      });
    }
    expect((await ada.client.get(`${USERS}?cursor=${cursor}`)).status).toBe(200);
  });

  it.each([
    ['q=WALKER_0', 9],
    ['q=walker_1', 10],
    ['q=%25', 5],
    ['q=_', COUNT],
    ['q=%5C', 0],
    ['q=%C3%BCnal', 5],
    ['q=walker1@example', 0],
    ["q=';DROP TABLE users;--", 0],
    ['role=editor', 3],
    ['role=admin', 1],
    ['role=editor&q=%C3%96z', 1],
  ])('finds by ?%s', async (query, total) => {
    const { body } = await ada.client.get(`${USERS}?count=exact&limit=100&${query}`);
    expect(body.page.total).toBe(total);
    expect(body.items).toHaveLength(total);
  });

  it('does not show who was deleted', async () => {
    const gone = await createPerson(api, 'gone');
    await (await signIn(api, 'gone')).client.delete(`${USERS}/me`);
    const { body } = await ada.client.get(`${USERS}?q=gone&count=exact`);
    expect(body).toMatchObject({ items: [], page: { total: 0 } });
    expect((await admin.client.get(`${USERS}/${gone.id}`)).status).toBe(404);
  });
});
