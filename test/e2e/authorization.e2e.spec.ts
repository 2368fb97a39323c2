import { Clock } from '../../src/core/clock/clock.js';
import { LinkTokens, type LinkPurpose } from '../../src/auth/tokens/link-tokens.js';
import { UnsubscribeTokens } from '../../src/subscriptions/unsubscribe-tokens.js';
import { UsersService } from '../../src/users/users.service.js';
import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, RequestOptions, TestClient } from '../support/test-client.js';
import { operations } from './support/operations.js';
import { expectScenario } from './support/scenarios.js';

const ROLES = ['nobody', 'stranger', 'owner', 'editor', 'administrator', 'disabled', 'expired'] as const;

type Role = (typeof ROLES)[number];

/** One status a role, in the order of `ROLES`. */
type Statuses = [number, number, number, number, number, number, number];

interface Cell {
  api: TestApi;
  /** Whose things the request is about; it is they who are disabled, or whose token has expired. */
  owner: Person;
}

interface Request extends Pick<RequestOptions, 'body' | 'form'> {
  path?: string;
}

interface Row {
  operation: string;
  /** What of the operation it is about, where there is more than one row. */
  detail?: string;
  prepare?: (cell: Cell) => Request | Promise<Request>;
  statuses: Statuses;
}

const V1 = '/api/v1';
const WRONG_TOKEN_CODES: Partial<Record<Role, string>> = {
  nobody: 'UNAUTHENTICATED',
  disabled: 'ACCOUNT_DISABLED',
  expired: 'INVALID_TOKEN',
};
const NEW_PASSWORD = 'battery staple correct';
const TITLE = { title: 'About the press', content: 'In 1833.' };

let count = 0;

const unique = (): string => `person.${(count += 1)}`;

const linkToken = async ({ api, owner }: Cell, purpose: LinkPurpose): Promise<string> => {
  const subject = await api.app.get(UsersService).contact(owner.id);
  if (!subject) throw new Error('The account has no contact');
  return api.app.get(LinkTokens).derive(purpose, subject, api.app.get(Clock).now());
};

const postOf = async ({ owner }: Cell, published: boolean): Promise<string> => {
  const { status, body } = await owner.client.post(`${V1}/posts`, { ...TITLE, published });
  expect(status).toBe(201);
  return body.id;
};

const onPost =
  (published: boolean, rest = '', body?: object) =>
  async (cell: Cell): Promise<Request> => ({ path: `${V1}/posts/${await postOf(cell, published)}${rest}`, body });

/** Of a post that was changed once. */
const onRevisions =
  (published: boolean, rest = '') =>
  async (cell: Cell): Promise<Request> => {
    const path = `${V1}/posts/${await postOf(cell, published)}`;
    expect((await cell.owner.client.patch(path, { title: 'Another' })).status).toBe(200);
    return { path: `${path}/revisions${rest}` };
  };

const trashedPost = async (cell: Cell): Promise<Request> => {
  const path = `${V1}/posts/${await postOf(cell, true)}`;
  expect((await cell.owner.client.delete(path)).status).toBe(204);
  return { path: `${path}/restore` };
};

const onAuthor = async ({ api }: Cell): Promise<Request> => ({
  path: `${V1}/users/${(await createPerson(api, unique())).id}/subscription`,
});

const unsubscribeLink = async ({ api, owner }: Cell): Promise<Request> => {
  const author = await createPerson(api, unique());
  const token = api.app.get(UnsubscribeTokens).derive({ subscriberId: owner.id, authorId: author.id });
  return { path: `${V1}/unsubscribe?token=${token}` };
};

const onOwner =
  (body?: object) =>
  ({ owner }: Cell): Request => ({ path: `${V1}/users/${owner.id}`, body });

const sends = (body: object) => (): Request => ({ body });

const deletedAccount = async ({ api }: Cell): Promise<Request> => {
  const leaver = await createPerson(api, unique());
  expect((await leaver.client.delete(`${V1}/users/me`)).status).toBe(204);
  return { path: `${V1}/users/${leaver.id}/restore` };
};

const mailOf = async ({ api, owner }: Cell): Promise<Request> => {
  const [mail] = await api.database.rows<{ id: string }>(
    `INSERT INTO emails (id, kind, user_id, to_address, to_key, context)
    VALUES (gen_random_uuid(), 'welcome', $1, $2, $2, '{}') RETURNING id`,
    [owner.id, owner.email],
  );
  return { path: `${V1}/admin/emails/${mail?.id}` };
};

const bulkMailOf = async (cell: Cell): Promise<Request> => {
  const [bulk] = await cell.api.database.rows<{ id: string }>(
    'INSERT INTO email_fan_outs (id, post_id) VALUES (gen_random_uuid(), $1) RETURNING id',
    [await postOf(cell, true)],
  );
  return { path: `${V1}/admin/bulk-emails/${bulk?.id}` };
};

const retryOf = async (cell: Cell): Promise<Request> => {
  const { path } = await mailOf(cell);
  return { path: `${path}/retry` };
};

const anyone = (status: number): Statuses => [status, status, status, status, status, status, status];
/** Open, but a token that is shown has to be good. */
const open = (status: number): Statuses => [status, status, status, status, status, 403, 401];
const signedIn = (status: number): Statuses => [401, status, status, status, status, 403, 401];
const administrators = (status: number): Statuses => [401, 403, 403, 403, status, 403, 401];
const ownerAndAdministrators = (status: number): Statuses => [401, 403, status, 403, status, 403, 401];
const editorial = (status: number, strangers: 403 | 404): Statuses => [
  401,
  strangers,
  status,
  status,
  status,
  403,
  401,
];

/**
 * Who may do what: nobody, a stranger, the owner, an editor, an administrator, the owner (who is an administrator as
 * well) with a disabled account, and the same with an expired token.
 */
const TABLE: Row[] = [
  {
    operation: `POST ${V1}/auth/login`,
    prepare: ({ owner }) => ({ body: { username: owner.username, password: PASSWORD } }),
    // Whoever is disabled is told so after the right password; the token beside it counts for nothing.
    statuses: [200, 200, 200, 200, 200, 403, 200],
  },
  {
    operation: `POST ${V1}/auth/token`,
    prepare: ({ owner }) => ({ form: { grant_type: 'password', username: owner.username, password: PASSWORD } }),
    statuses: [200, 200, 200, 200, 200, 400, 200],
  },
  {
    operation: `POST ${V1}/auth/token`,
    detail: 'with a refresh token',
    prepare: ({ owner }) => ({ form: { grant_type: 'refresh_token', refresh_token: owner.refreshToken } }),
    statuses: [200, 200, 200, 200, 200, 400, 200],
  },
  {
    operation: `POST ${V1}/auth/refresh`,
    prepare: ({ owner }) => ({ body: { refresh_token: owner.refreshToken } }),
    statuses: [200, 200, 200, 200, 200, 401, 200],
  },
  {
    operation: `POST ${V1}/auth/revoke`,
    prepare: ({ owner }) => ({ form: { token: owner.refreshToken } }),
    statuses: anyone(200),
  },
  { operation: `POST ${V1}/auth/logout`, statuses: signedIn(204) },
  {
    operation: `POST ${V1}/auth/email/verify`,
    detail: 'with the link of the mail, whoever has it',
    prepare: async (cell) => ({ body: { token: await linkToken(cell, 'verify') } }),
    statuses: anyone(204),
  },
  {
    operation: `POST ${V1}/auth/email/verify`,
    detail: 'with a token of one’s own making',
    prepare: sends({ token: 'x'.repeat(60) }),
    statuses: anyone(400),
  },
  {
    operation: `POST ${V1}/auth/email/resend`,
    prepare: ({ owner }) => ({ body: { email: owner.email } }),
    statuses: anyone(202),
  },
  {
    operation: `POST ${V1}/auth/email/change`,
    prepare: () => ({ body: { email: `${unique()}@example.com`, password: PASSWORD } }),
    statuses: signedIn(202),
  },
  {
    operation: `POST ${V1}/auth/password/forgot`,
    prepare: ({ owner }) => ({ body: { email: owner.email } }),
    statuses: anyone(202),
  },
  {
    operation: `POST ${V1}/auth/password/reset`,
    detail: 'with the link of the mail, whoever has it',
    prepare: async (cell) => ({ body: { token: await linkToken(cell, 'reset'), password: NEW_PASSWORD } }),
    statuses: anyone(204),
  },
  {
    operation: `POST ${V1}/auth/password/reset`,
    detail: 'with a link for another purpose',
    prepare: async (cell) => ({ body: { token: await linkToken(cell, 'verify'), password: NEW_PASSWORD } }),
    statuses: anyone(400),
  },
  {
    operation: `POST ${V1}/auth/password/change`,
    prepare: sends({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
    statuses: signedIn(204),
  },
  { operation: `GET ${V1}/auth/sessions`, statuses: signedIn(200) },
  { operation: `DELETE ${V1}/auth/sessions`, statuses: signedIn(204) },
  {
    operation: `DELETE ${V1}/auth/sessions/{id}`,
    prepare: async ({ api, owner }) => {
      const { items } = (await (await signIn(api, owner.username)).client.get(`${V1}/auth/sessions`)).body;
      const other = items.find((session: { current: boolean }) => session.current);
      return { path: `${V1}/auth/sessions/${other.id}` };
    },
    statuses: [401, 404, 204, 404, 404, 403, 401],
  },
  {
    operation: `POST ${V1}/users`,
    prepare: () => ({ body: { email: `${unique()}@example.com`, password: PASSWORD } }),
    statuses: open(201),
  },
  {
    operation: `POST ${V1}/users`,
    detail: 'with a role',
    prepare: () => ({ body: { email: `${unique()}@example.com`, password: PASSWORD, role: 'admin' } }),
    statuses: [403, 403, 403, 403, 201, 403, 401],
  },
  {
    operation: `POST ${V1}/users`,
    detail: 'without a password, an invitation',
    prepare: () => ({ body: { email: `${unique()}@example.com` } }),
    statuses: [422, 422, 422, 422, 201, 403, 401],
  },
  { operation: `GET ${V1}/users`, statuses: signedIn(200) },
  {
    operation: `GET ${V1}/users`,
    detail: 'that are deleted',
    prepare: () => ({ path: `${V1}/users?deleted=true` }),
    statuses: administrators(200),
  },
  { operation: `GET ${V1}/users/me`, statuses: signedIn(200) },
  { operation: `PATCH ${V1}/users/me`, prepare: sends({ fullName: 'Ada' }), statuses: signedIn(200) },
  {
    operation: `PATCH ${V1}/users/me`,
    detail: 'with a role',
    prepare: sends({ role: 'admin' }),
    statuses: administrators(200),
  },
  { operation: `DELETE ${V1}/users/me`, statuses: signedIn(204) },
  { operation: `GET ${V1}/users/{id}`, prepare: onOwner(), statuses: signedIn(200) },
  {
    operation: `PUT ${V1}/users/{id}`,
    prepare: ({ owner }) => ({ path: `${V1}/users/${owner.id}`, body: { username: owner.username } }),
    statuses: ownerAndAdministrators(200),
  },
  {
    operation: `PUT ${V1}/users/{id}`,
    detail: 'with a role',
    prepare: ({ owner }) => ({ path: `${V1}/users/${owner.id}`, body: { username: owner.username, role: 'editor' } }),
    statuses: administrators(200),
  },
  {
    operation: `PATCH ${V1}/users/{id}`,
    prepare: onOwner({ fullName: 'Ada' }),
    statuses: ownerAndAdministrators(200),
  },
  {
    operation: `PATCH ${V1}/users/{id}`,
    detail: 'with a role',
    prepare: onOwner({ role: 'editor' }),
    statuses: administrators(200),
  },
  {
    operation: `PATCH ${V1}/users/{id}`,
    detail: 'with a state',
    prepare: onOwner({ isActive: true }),
    statuses: administrators(200),
  },
  { operation: `DELETE ${V1}/users/{id}`, prepare: onOwner(), statuses: ownerAndAdministrators(204) },
  { operation: `POST ${V1}/users/{id}/restore`, prepare: deletedAccount, statuses: administrators(200) },
  {
    operation: `GET ${V1}/users/{id}/posts`,
    prepare: ({ owner }) => ({ path: `${V1}/users/${owner.id}/posts` }),
    statuses: open(200),
  },
  { operation: `GET ${V1}/posts`, statuses: open(200) },
  ...(['draft', 'scheduled', 'trashed'] as const).map((status): Row => ({
    operation: `GET ${V1}/posts`,
    detail: `that are ${status}`,
    prepare: () => ({ path: `${V1}/posts?status=${status}` }),
    statuses: signedIn(200),
  })),
  { operation: `POST ${V1}/posts`, prepare: sends(TITLE), statuses: signedIn(201) },
  { operation: `GET ${V1}/posts/{id}`, detail: 'that is published', prepare: onPost(true), statuses: open(200) },
  {
    operation: `GET ${V1}/posts/{id}`,
    detail: 'that is a draft',
    prepare: onPost(false),
    statuses: [404, 404, 200, 200, 200, 403, 401],
  },
  {
    operation: `PUT ${V1}/posts/{id}`,
    detail: 'that is published',
    prepare: onPost(true, '', TITLE),
    statuses: editorial(200, 403),
  },
  {
    operation: `PUT ${V1}/posts/{id}`,
    detail: 'that is a draft',
    prepare: onPost(false, '', TITLE),
    statuses: editorial(200, 404),
  },
  {
    operation: `PATCH ${V1}/posts/{id}`,
    detail: 'that is published',
    prepare: onPost(true, '', { title: 'Another' }),
    statuses: editorial(200, 403),
  },
  {
    operation: `PATCH ${V1}/posts/{id}`,
    detail: 'that is a draft',
    prepare: onPost(false, '', { title: 'Another' }),
    statuses: editorial(200, 404),
  },
  {
    operation: `DELETE ${V1}/posts/{id}`,
    detail: 'that is published',
    prepare: onPost(true),
    statuses: editorial(204, 403),
  },
  {
    operation: `DELETE ${V1}/posts/{id}`,
    detail: 'that is a draft',
    prepare: onPost(false),
    statuses: editorial(204, 404),
  },
  {
    operation: `POST ${V1}/posts/{id}/publish`,
    prepare: onPost(false, '/publish'),
    statuses: editorial(200, 404),
  },
  {
    operation: `POST ${V1}/posts/{id}/publish`,
    detail: 'later',
    prepare: onPost(false, '/publish', { publishAt: '2099-01-01T00:00:00Z' }),
    statuses: editorial(200, 404),
  },
  {
    operation: `POST ${V1}/posts/{id}/unpublish`,
    prepare: onPost(true, '/unpublish'),
    statuses: editorial(200, 403),
  },
  { operation: `POST ${V1}/posts/{id}/restore`, prepare: trashedPost, statuses: editorial(200, 404) },
  ...[
    { detail: 'of one that is published', published: true, strangers: 403 as const },
    { detail: 'of a draft', published: false, strangers: 404 as const },
  ].flatMap(({ detail, published, strangers }): Row[] => [
    {
      operation: `GET ${V1}/posts/{id}/revisions`,
      detail,
      prepare: onRevisions(published),
      statuses: editorial(200, strangers),
    },
    {
      operation: `GET ${V1}/posts/{id}/revisions/{version}`,
      detail,
      prepare: onRevisions(published, '/1'),
      statuses: editorial(200, strangers),
    },
    {
      operation: `POST ${V1}/posts/{id}/revisions/{version}/restore`,
      detail,
      prepare: onRevisions(published, '/1/restore'),
      statuses: editorial(200, strangers),
    },
  ]),
  { operation: `GET ${V1}/tags`, statuses: open(200) },
  // Told to everybody alike, so that no token is looked at.
  { operation: `GET ${V1}/events`, statuses: anyone(200) },
  { operation: `GET ${V1}/users/me/subscriptions`, statuses: signedIn(200) },
  { operation: `PUT ${V1}/users/{id}/subscription`, prepare: onAuthor, statuses: signedIn(204) },
  { operation: `DELETE ${V1}/users/{id}/subscription`, prepare: onAuthor, statuses: signedIn(204) },
  {
    operation: `POST ${V1}/unsubscribe`,
    detail: 'with the link of the mail, whoever has it',
    prepare: unsubscribeLink,
    statuses: anyone(204),
  },
  {
    operation: `POST ${V1}/unsubscribe`,
    detail: 'with a token of one’s own making',
    prepare: () => ({ path: `${V1}/unsubscribe?token=${'x'.repeat(64)}` }),
    statuses: anyone(400),
  },
  { operation: `GET ${V1}/admin/emails`, statuses: administrators(200) },
  { operation: `GET ${V1}/admin/bulk-emails`, statuses: administrators(200) },
  { operation: `GET ${V1}/admin/bulk-emails/{id}`, prepare: bulkMailOf, statuses: administrators(200) },
  { operation: `GET ${V1}/admin/emails/{id}`, prepare: mailOf, statuses: administrators(200) },
  { operation: `POST ${V1}/admin/emails/retry`, statuses: administrators(200) },
  { operation: `POST ${V1}/admin/emails/{id}/retry`, prepare: retryOf, statuses: administrators(200) },
  { operation: `GET ${V1}/admin/audit-events`, statuses: administrators(200) },
  { operation: `GET ${V1}/admin/jobs`, statuses: administrators(200) },
];

const expectAllowed = async (answer: Promise<Answer>, status: number): Promise<void> => {
  const given = await answer;
  expect({ status: given.status, text: given.text }).toEqual({ status, text: expect.any(String) });
};

const codeOf = (role: Role, { operation }: Row, status: number): string | undefined => {
  const isAboutTheToken = (status === 401 && role !== 'disabled') || (status === 403 && role === 'disabled');
  return isAboutTheToken && !operation.endsWith('/token') ? WRONG_TOKEN_CODES[role] : undefined;
};

describe('who may do what', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
    // So that no cell is about the last administrator.
    await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  it('is said of every operation of the document, and of nothing else', () => {
    const documented = operations(api).map(({ method, path }) => `${method} ${path}`);
    expect(documented.length).toBeGreaterThan(30);
    const said = new Set(TABLE.map(({ operation }) => operation));
    expect([...said].sort()).toEqual([...documented].sort());
  });

  /** Everybody whom a cell needs, new for it. */
  async function actorOf(role: Role, owner: Person): Promise<TestClient> {
    switch (role) {
      case 'nobody':
        return api.client();
      case 'stranger':
        return (await createPerson(api, unique())).client;
      case 'editor':
        return (await createPerson(api, unique(), 'editor')).client;
      case 'administrator':
        return (await createPerson(api, unique(), 'admin')).client;
      default:
        return owner.client;
    }
  }

  async function impair(role: Role, owner: Person): Promise<void> {
    if (role === 'disabled')
      await api.database.rows('UPDATE users SET is_active = false, role = $2 WHERE id = $1', [owner.id, 'admin']);
    if (role !== 'expired') return;
    await api.database.rows('UPDATE users SET role = $2 WHERE id = $1', [owner.id, 'admin']);
    api.travel(api.settings.ACCESS_TOKEN_TTL + 1);
  }

  /** The expired come last: their cells turn the clock forward. */
  describe.each(ROLES)('%s', (role) => {
    it.each(TABLE.map((row): [string, Row] => [`${row.operation} ${row.detail ?? ''}`.trim(), row]))(
      '%s',
      async (_name, row) => {
        const owner = await createPerson(api, unique());
        const client = await actorOf(role, owner);
        const { path, body, form } = (await row.prepare?.({ api, owner })) ?? {};
        await impair(role, owner);

        const [method = '', operationPath = ''] = row.operation.split(' ');
        const status = row.statuses[ROLES.indexOf(role)] ?? 0;
        if (status < 400) return expectAllowed(client.request(method, path ?? operationPath, { body, form }), status);
        const oauthError = operationPath.endsWith('/token') ? 'invalid_grant' : undefined;
        await expectScenario(api, {
          name: row.operation,
          as: () => ({ client }),
          method,
          path: path ?? operationPath,
          body,
          form,
          expect: { status, code: codeOf(role, row, status), oauthError },
        });
      },
    );
  });
});
