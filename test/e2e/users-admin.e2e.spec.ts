import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { decode } from './support/forge.js';
import { expectOAuthError, expectProblem } from './support/problem.js';
import { idsOf, walk } from './support/walk.js';

const AUTH = '/api/v1/auth';
const USERS = '/api/v1/users';
const ME = `${USERS}/me`;
const POSTS = '/api/v1/posts';
const TRAIL = '/api/v1/admin/audit-events';
const NEW_PASSWORD = 'battery staple correct';

let api: TestApi;
let admin: Person;
let count = 0;

interface AuditItem {
  id: string;
  type: string;
  outcome: string;
  actorId: string | null;
  subjectId: string | null;
  sessionId: string | null;
  ip: string | null;
  userAgent: string | null;
  requestId: string | null;
  createdAt: string;
}

const unique = (): string => `person.${(count += 1)}`;

const person = async (): Promise<Person> => createPerson(api, unique());

const leaver = async (): Promise<Person> => {
  const made = await person();
  expect((await made.client.delete(ME)).status).toBe(204);
  return made;
};

const restore = async ({ id }: Person, as: Person = admin) => as.client.post(`${USERS}/${id}/restore`);

const sessionId = ({ accessToken }: Person): unknown => decode(accessToken).payload['sid'];

const start = async (overrides: NodeJS.ProcessEnv = {}): Promise<void> => {
  api = await TestApi.start(overrides);
  await createPerson(api, 'root', 'admin');
  admin = await signIn(api, 'root');
};

describe('restoring an account', () => {
  beforeAll(() => start());
  afterAll(() => api.stop());

  it('brings it back with its posts, and lets its owner sign in again', async () => {
    const ada = await person();
    const post = await ada.client.post(POSTS, { title: 'Still here', content: 'x', published: true });
    expect(post.status).toBe(201);
    const path = `${POSTS}/${post.body.id}`;
    expect((await ada.client.delete(ME)).status).toBe(204);
    expectProblem(await api.client().get(path), 404, 'POST_NOT_FOUND');
    expectProblem(await admin.client.get(`${USERS}/${ada.id}`), 404, 'USER_NOT_FOUND');

    const restored = await restore(ada);
    expect(restored).toMatchObject({ status: 200, body: { id: ada.id, email: ada.email, isActive: true } });
    expect(await api.client().get(path)).toMatchObject({ status: 200, body: { title: 'Still here' } });
    expect((await signIn(api, ada.username)).id).toBe(ada.id);
    expectProblem(await restore(ada), 404, 'USER_NOT_FOUND');
  });

  it('brings back no post that its author had trashed before', async () => {
    const ada = await person();
    const post = await ada.client.post(POSTS, { title: 'Trashed', content: 'x', published: true });
    expect((await ada.client.delete(`${POSTS}/${post.body.id}`)).status).toBe(204);
    await ada.client.delete(ME);
    expect((await restore(ada)).status).toBe(200);
    expectProblem(await api.client().get(`${POSTS}/${post.body.id}`), 404, 'POST_NOT_FOUND');
  });

  it.each([
    ['address', 'EMAIL_TAKEN', (gone: Person) => ({ email: gone.email.toUpperCase(), username: unique() })],
    ['username', 'USERNAME_TAKEN', (gone: Person) => ({ email: `${unique()}@example.com`, username: gone.username })],
  ])('is refused while its %s is taken, and possible afterwards', async (_name, code, made) => {
    const gone = await leaver();
    const taker = await api.client().post(USERS, { ...made(gone), password: PASSWORD });
    expect(taker.status).toBe(201);
    expectProblem(await restore(gone), 409, code);
    expectProblem(await admin.client.get(`${USERS}/${gone.id}`), 404, 'USER_NOT_FOUND');
    expect((await admin.client.delete(`${USERS}/${taker.body.id}`)).status).toBe(204);
    expect((await restore(gone)).status).toBe(200);
  });

  it('is for administrators alone, and for what is deleted', async () => {
    const [gone, ada] = [await leaver(), await person()];
    const editor = await createPerson(api, unique(), 'editor');
    for (const other of [ada, editor]) expectProblem(await restore(gone, other), 403, 'ROLE_REQUIRED');
    expectProblem(await restore(ada), 404, 'USER_NOT_FOUND');
    expectProblem(await admin.client.post(`${USERS}/nonsense/restore`), 422, 'VALIDATION_FAILED');
  });
});

describe('the list of deleted accounts', () => {
  beforeAll(() => start());
  afterAll(() => api.stop());

  it('has those and no others, for administrators alone', async () => {
    const [gone, ada] = [await leaver(), await person()];
    const deleted = idsOf(await walk(admin.client, `${USERS}?deleted=true&limit=1`));
    expect(deleted).toEqual([gone.id]);
    for (const query of ['', '?deleted=false']) {
      const present = idsOf(await walk(admin.client, USERS + query));
      expect(present).toEqual(expect.arrayContaining([ada.id, admin.id]));
      expect(present).not.toContain(gone.id);
    }
    const editor = await createPerson(api, unique(), 'editor');
    for (const other of [ada, editor])
      expectProblem(await other.client.get(`${USERS}?deleted=true`), 403, 'ROLE_REQUIRED');
    expectProblem(await api.client().get(`${USERS}?deleted=true`), 401, 'UNAUTHENTICATED');
  });
});

const verifyInDatabase = async ({ id }: Pick<Person, 'id'>) =>
  api.database.rows('UPDATE users SET email_verified_at = now() WHERE id = $1', [id]);

const login = (password: string) => api.client().post(`${AUTH}/login`, { username: 'ada', password });

describe('REQUIRE_VERIFIED', () => {
  it('=publish lets people write, and publish once their address is verified', async () => {
    await start({ REQUIRE_VERIFIED: 'publish' });
    try {
      const ada = await person();
      const draft = await ada.client.post(POSTS, { title: 'A draft', content: 'x' });
      expect(draft.status).toBe(201);
      const path = `${POSTS}/${draft.body.id}`;
      const attempts = () => [
        ada.client.post(POSTS, { title: 'At once', content: 'x', published: true }),
        ada.client.patch(path, { published: true }),
        ada.client.put(path, { title: 'A draft', content: 'x', published: true }),
        ada.client.post(`${path}/publish`),
      ];
      for (const answer of await Promise.all(attempts())) expectProblem(answer, 403, 'EMAIL_NOT_VERIFIED');
      expectProblem(await api.client().get(path), 404, 'POST_NOT_FOUND');
      await verifyInDatabase(ada);
      expect((await ada.client.post(`${path}/publish`)).status).toBe(200);
      expect((await api.client().get(path)).status).toBe(200);
    } finally {
      await api.stop();
    }
  });

  it('=login lets nobody in whose address is not verified, and says so after the right password alone', async () => {
    api = await TestApi.start({ REQUIRE_VERIFIED: 'login' });
    try {
      const account = { email: 'ada@example.com', username: 'ada', password: PASSWORD };
      const { body } = await api.client().post(USERS, account);
      expectProblem(await login(PASSWORD), 403, 'EMAIL_NOT_VERIFIED');
      expectProblem(await login('wrong horse battery'), 401, 'INVALID_CREDENTIALS');
      const form = { grant_type: 'password', username: 'ada', password: PASSWORD };
      expectOAuthError(await api.client().request('POST', `${AUTH}/token`, { form }), 400, 'invalid_grant');
      await verifyInDatabase({ id: body.id });
      expect((await login(PASSWORD)).status).toBe(200);
    } finally {
      await api.stop();
    }
  });
});

const about = async ({ id }: Pick<Person, 'id'>): Promise<AuditItem[]> =>
  (await admin.client.get(`${TRAIL}?subject=${id}&limit=100`)).body.items;

type Act = (ada: Person, headers: Record<string, string>) => Promise<{ status: number }>;

const logIn: Act = (ada, headers) =>
  api.client().post(`${AUTH}/login`, { username: ada.username, password: PASSWORD }, { headers });

const refused: Act = (ada, headers) =>
  api.client().post(`${AUTH}/login`, { username: ada.username, password: 'wrong horse battery' }, { headers });

describe('the audit trail', () => {
  beforeAll(() => start({ TRUSTED_PROXIES: '127.0.0.1' }));
  afterAll(() => api.stop());

  let requests = 0;

  /** Does something with a request id of its own, and gives what was recorded with it. */
  const recordedBy = async (
    act: (headers: Record<string, string>) => Promise<{ status: number }>,
    status: number,
  ): Promise<AuditItem[]> => {
    const requestId = `a-request-of-its-own-${(requests += 1)}`;
    const headers = { 'x-request-id': requestId, 'x-forwarded-for': '203.0.113.7', 'user-agent': 'Tester/1' };
    expect((await act(headers)).status).toBe(status);
    const { items } = (await admin.client.get(`${TRAIL}?limit=100`)).body as { items: AuditItem[] };
    return items.filter((item) => item.requestId === requestId);
  };

  const EVENTS: [string, string, Act, number, Partial<AuditItem> & { by?: 'owner' | 'admin' | 'nobody' }][] = [
    ['a sign-in', 'session.started', logIn, 200, { by: 'owner' }],
    ['a wrong password', 'session.refused', refused, 401, { by: 'nobody', outcome: 'failure' }],
    [
      'a sign-out',
      'session.ended',
      (ada, headers) => ada.client.post(`${AUTH}/logout`, undefined, { headers }),
      204,
      {},
    ],
    [
      'a change of the password',
      'password.changed',
      (ada, headers) =>
        ada.client.post(
          `${AUTH}/password/change`,
          { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
          { headers },
        ),
      204,
      {},
    ],
    [
      'the wish for another address',
      'email.change_requested',
      (ada, headers) =>
        ada.client.post(`${AUTH}/email/change`, { email: `${unique()}@example.com`, password: PASSWORD }, { headers }),
      202,
      {},
    ],
    [
      'a change of the profile',
      'account.changed',
      (ada, headers) => ada.client.patch(ME, { fullName: 'Ada' }, { headers }),
      200,
      {},
    ],
    [
      'another role',
      'role.changed',
      (ada, headers) => admin.client.patch(`${USERS}/${ada.id}`, { role: 'editor' }, { headers }),
      200,
      { by: 'admin' },
    ],
    [
      'a deactivation',
      'account.changed',
      (ada, headers) => admin.client.patch(`${USERS}/${ada.id}`, { isActive: false }, { headers }),
      200,
      { by: 'admin' },
    ],
    [
      'a deletion',
      'account.deleted',
      (ada, headers) => admin.client.delete(`${USERS}/${ada.id}`, { headers }),
      204,
      { by: 'admin' },
    ],
  ];

  it.each(EVENTS)(
    'has of %s a row %s: who, whom, from where, with which request',
    async (_name, type, act, status, { by = 'owner', outcome = 'success' }) => {
      const ada = await person();
      const rows = (await recordedBy((headers) => act(ada, headers), status)).filter((row) => row.type === type);
      expect(rows).toHaveLength(1);
      const actors = { owner: ada.id, admin: admin.id, nobody: null };
      const sessions = { owner: expect.any(String), admin: sessionId(admin), nobody: null };
      expect(rows[0]).toMatchObject({
        outcome,
        actorId: actors[by],
        sessionId: sessions[by],
        subjectId: ada.id,
        ip: '203.0.113.7',
        userAgent: 'Tester/1',
      });
    },
  );

  it.each([
    [
      'the right password of a disabled account',
      async (ada: Person, headers: Record<string, string>) => {
        await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [ada.id]);
        return logIn(ada, headers);
      },
    ],
    [
      'a wrong password for a change of the password',
      (ada: Person, headers: Record<string, string>) =>
        ada.client.post(
          `${AUTH}/password/change`,
          { currentPassword: 'wrong horse battery', newPassword: NEW_PASSWORD },
          { headers },
        ),
    ],
  ])('has a row of %s, which failed', async (_name, act) => {
    const ada = await person();
    const rows = await recordedBy((headers) => act(ada, headers), 403);
    expect(rows).toEqual([expect.objectContaining({ outcome: 'failure', subjectId: ada.id })]);
  });

  it('has a row of a sign-up and of a restored account', async () => {
    const gone = await leaver();
    expect((await restore(gone)).status).toBe(200);
    const types = (await about(gone)).map(({ type }) => type);
    expect(types).toEqual(['account.restored', 'account.deleted', 'session.started', 'account.created']);
  });

  it('has one row of what fails for an unknown account, with nobody in it', async () => {
    const rows = await recordedBy(
      (headers) => api.client().post(`${AUTH}/login`, { username: 'nobody.at.all', password: PASSWORD }, { headers }),
      401,
    );
    expect(rows).toEqual([expect.objectContaining({ type: 'session.refused', subjectId: null, actorId: null })]);
  });

  it('is filtered by type, outcome, subject and actor, together, too', async () => {
    const ada = await person();
    await refused(ada, {});
    await admin.client.patch(`${USERS}/${ada.id}`, { role: 'editor' });
    const query = async (text: string): Promise<AuditItem[]> =>
      (await admin.client.get(`${TRAIL}?limit=100&${text}`)).body.items;
    const failures = await query('outcome=failure');
    expect(failures.length).toBeGreaterThan(0);
    expect(new Set(failures.map(({ outcome }) => outcome))).toEqual(new Set(['failure']));
    const byAdmin = await query(`actor=${admin.id}&subject=${ada.id}`);
    expect(byAdmin.map(({ type }) => type)).toEqual(['role.changed']);
    expect((await query(`subject=${ada.id}&type=session.refused`)).map(({ outcome }) => outcome)).toEqual(['failure']);
    expect(await query(`subject=${ada.id}&type=session.refused&outcome=success`)).toEqual([]);
    for (const wrong of ['type=nonsense', 'outcome=maybe', 'subject=1', 'actor=x', 'from=1', 'limit=101'])
      expectProblem(await admin.client.get(`${TRAIL}?${wrong}`), 422, 'VALIDATION_FAILED');
  });

  it('is read page by page, newest first, each row once', async () => {
    const ada = await person();
    for (let index = 0; index < 5; index += 1) await refused(ada, {});
    const all = await about(ada);
    expect(all.length).toBeGreaterThanOrEqual(7);
    const times = all.map(({ createdAt }) => Date.parse(createdAt));
    expect(times).toEqual([...times].sort((one, other) => other - one));
    const pages = await walk(admin.client, `${TRAIL}?subject=${ada.id}&limit=3`, () => refused(ada, {}));
    expect(idsOf(pages)).toEqual(all.map(({ id }) => id));
  });

  it('is for administrators alone', async () => {
    const [ada, editor] = [await person(), await createPerson(api, unique(), 'editor')];
    for (const other of [ada, editor])
      expectProblem(await other.client.get(`${TRAIL}?subject=${other.id}`), 403, 'ROLE_REQUIRED');
    expectProblem(await api.client().get(TRAIL), 401, 'UNAUTHENTICATED');
  });

  it('has no secret in it', async () => {
    const ada = await person();
    await refused(ada, {});
    const { text, body } = await admin.client.get(`${TRAIL}?limit=100`);
    expect(body.items.length).toBeGreaterThan(10);
    for (const secret of [PASSWORD, NEW_PASSWORD, 'wrong horse battery', ada.accessToken, ada.refreshToken, '$2b$'])
      expect(text).not.toContain(secret);
  });
});
