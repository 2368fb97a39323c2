import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import type { Answer } from '../support/test-client.js';
import { TestApi } from '../support/test-api.js';
import { decode, forge, type JwtParts } from './support/forge.js';
import { linkTo } from './support/mails.js';
import { expectProblem } from './support/problem.js';
import { expectHeader, expectScenario, itAnswers, type Scenario } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';
import { TestWorker } from './support/test-worker.js';

const AUTH = '/api/v1/auth';
const LOGIN = `${AUTH}/login`;
const TOKEN = `${AUTH}/token`;
const ME = '/api/v1/users/me';
const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const TOKENS = {
  access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  token_type: 'Bearer',
  expires_in: 900,
  refresh_token: expect.stringMatching(/^[\w-]{60,}$/),
  refresh_expires_in: 2_592_000,
};
const DAY = 86_400;

const refreshWith = async (api: TestApi, token: string): Promise<Answer> =>
  api.client().post(`${AUTH}/refresh`, { refresh_token: token });

/** What an answer says, without what differs from request to request. */
const essence = ({ status, body, headers }: Answer): object => ({
  status,
  body: { ...body, requestId: '' },
  headers: [...headers.keys()],
  challenge: headers.get('www-authenticate'),
});

const signsIn = (name: string, sent: Pick<Scenario, 'body' | 'form' | 'headers'>): Scenario => ({
  name,
  method: 'POST',
  path: LOGIN,
  ...sent,
  expect: {
    status: 200,
    body: TOKENS,
    absent: [PASSWORD],
    headers: { 'cache-control': 'no-store', 'server-timing': null },
  },
});

const signsInNot = (
  name: string,
  sent: Pick<Scenario, 'body' | 'form' | 'raw' | 'headers'>,
  expectation: Scenario['expect'],
): Scenario => ({ name, method: 'POST', path: LOGIN, ...sent, expect: { ...expectation, absent: [PASSWORD] } });

const password = (more: Record<string, string> = {}) => ({
  grant_type: 'password',
  username: 'ada',
  password: PASSWORD,
  ...more,
});

const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;

const isVerified = async ({ client }: Person): Promise<boolean> => (await client.get(ME)).body.emailVerified;

describe('signing in', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
    await createPerson(api, 'ada');
    await createPerson(api, 'disabled');
    await api.database.rows(`UPDATE users SET is_active = false WHERE username = 'disabled'`);
    const leaver = await createPerson(api, 'leaver');
    await leaver.client.delete(ME);
  });

  afterAll(() => api.stop());

  const wrong = {
    status: 401,
    code: 'INVALID_CREDENTIALS',
    headers: { 'www-authenticate': 'Bearer realm="broadsheet"' },
  };

  itAnswers(
    () => api,
    [
      signsIn('by username', { body: { username: 'ada', password: PASSWORD } }),
      signsIn('by username in another case', { body: { username: 'ADA', password: PASSWORD } }),
      signsIn('by address as `username`', { body: { username: 'ada@example.com', password: PASSWORD } }),
      signsIn('by address in another case', { body: { username: 'Ada@EXAMPLE.com', password: PASSWORD } }),
      signsIn('by address as `email`', { body: { email: 'ada@example.com', password: PASSWORD } }),
      signsIn('by form', { form: { username: 'ada', password: PASSWORD } }),
      signsIn('by form with `email`', { form: { email: 'ada@example.com', password: PASSWORD } }),
      signsIn('by form, whatever else an OAuth client sends', {
        form: {
          username: 'ada',
          password: PASSWORD,
          grant_type: 'password',
          scope: '',
          client_id: 'x',
          client_secret: 'y',
        },
      }),
      signsIn('by form in a stated UTF-8', {
        form: { username: 'ada', password: PASSWORD },
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset="UTF-8"' },
      }),
      signsIn('with an expired token beside it', {
        body: { username: 'ada', password: PASSWORD },
        headers: { authorization: 'Bearer expired' },
      }),
      signsInNot('not with a wrong password', { body: { username: 'ada', password: 'wrong horse battery' } }, wrong),
      signsInNot(
        'not with the password in another case',
        { body: { username: 'ada', password: PASSWORD.toUpperCase() } },
        wrong,
      ),
      signsInNot('not with a longer password', { body: { username: 'ada', password: `${PASSWORD} ` } }, wrong),
      signsInNot('not with an empty password', { body: { username: 'ada', password: '' } }, wrong),
      signsInNot('not to an unknown account', { body: { username: 'nobody', password: PASSWORD } }, wrong),
      signsInNot('not to a deleted account', { body: { username: 'leaver', password: PASSWORD } }, wrong),
      signsInNot('not with a pattern for a name', { body: { username: 'a%', password: PASSWORD } }, wrong),
      signsInNot(
        'not to a disabled account',
        { body: { username: 'disabled', password: PASSWORD } },
        { status: 403, code: 'ACCOUNT_DISABLED' },
      ),
      signsInNot(
        'not told that an account is disabled without its password',
        { body: { username: 'disabled', password: 'wrong one' } },
        wrong,
      ),
      signsInNot('not without anything', { body: {} }, { status: 422, fields: ['password', 'username'] }),
      signsInNot('not without a name', { body: { password: PASSWORD } }, { status: 422, fields: ['username'] }),
      signsInNot('not without a password', { body: { username: 'ada' } }, { status: 422, fields: ['password'] }),
      signsInNot(
        'not with a list of passwords',
        { body: { username: 'ada', password: [PASSWORD] } },
        { status: 422, fields: ['password'] },
      ),
      signsInNot(
        'not with an operator for a password',
        { body: { username: 'ada', password: { $gt: '' } } },
        { status: 422, fields: ['password'] },
      ),
      signsInNot(
        'not with a password of 257 characters',
        { body: { username: 'ada', password: 'p'.repeat(257) } },
        { status: 422, fields: ['password'] },
      ),
      signsInNot(
        'not with an unknown member',
        { body: { username: 'ada', password: PASSWORD, remember: true } },
        { status: 422, fields: ['remember'] },
      ),
      signsInNot(
        'not with a repeated field of a form',
        {
          raw: 'username=ada&username=bob&password=x',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        },
        { status: 400, code: 'MALFORMED_REQUEST' },
      ),
    ],
  );

  it('tells an unknown account and a wrong password alike, to the header', async () => {
    const attempts = [
      { username: 'ada', password: 'wrong' },
      { username: 'ada@example.com', password: 'wrong' },
      { username: 'nobody', password: 'wrong' },
      { username: 'nobody@example.com', password: 'wrong' },
      { username: 'leaver', password: PASSWORD },
    ];
    const answers = await Promise.all(attempts.map((body) => api.client().post(LOGIN, body)));
    for (const answer of answers) expect(essence(answer)).toEqual(essence(answers[0] as Answer));
    expect(answers[0]?.status).toBe(401);
  });

  it('makes a session of its own each time', async () => {
    const [one, other] = [await signIn(api, 'ada'), await signIn(api, 'ada')];
    expect(one.refreshToken).not.toBe(other.refreshToken);
    expect(decode(one.accessToken).payload['sid']).not.toBe(decode(other.accessToken).payload['sid']);
  });

  it('puts these claims into a token and no others', async () => {
    const ada = await signIn(api, 'ada');
    const { header, payload } = decode(ada.accessToken);
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(payload).toEqual({
      iss: 'http://localhost:3000',
      aud: 'http://localhost:3000',
      sub: ada.id,
      sid: expect.any(String),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(Number(payload['exp']) - Number(payload['iat'])).toBe(900);
  });

  it('works with no password once PASSWORD_GRANT is off, while sessions go on', async () => {
    const ada = await signIn(api, 'ada');
    api.settings.PASSWORD_GRANT = false;
    expectProblem(await api.client().post(LOGIN, { username: 'ada', password: PASSWORD }), 403, 'PASSWORD_GRANT_OFF');
    const form = { grant_type: 'password', username: 'ada', password: PASSWORD };
    const token = await api.client().request('POST', TOKEN, { form });
    expect(token).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } });
    expect((await refreshWith(api, ada.refreshToken)).status).toBe(200);
    api.settings.PASSWORD_GRANT = true;
  });
});

describe('a server whose clock is a little behind the one of the database', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
    api.travel(-5);
  });

  afterAll(() => api.stop());

  it('signs people in as soon as they have signed up', async () => {
    const account = { email: 'ada@example.com', username: 'ada', password: PASSWORD };
    expect((await api.client().post('/api/v1/users', account)).status).toBe(201);
    const { status, body } = await api.client().post(LOGIN, { username: 'ada', password: PASSWORD });
    expect(status).toBe(200);
    expect(await api.client(body.access_token).get(ME)).toMatchObject({ status: 200, body: { username: 'ada' } });
  });
});

describe('the token endpoint', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    await createPerson(api, 'disabled');
    await api.database.rows(`UPDATE users SET is_active = false WHERE username = 'disabled'`);
  });

  afterAll(() => api.stop());

  const granted = (name: string, form: Record<string, string>, headers: Record<string, string> = {}): Scenario => ({
    name: `grants ${name}`,
    method: 'POST',
    path: TOKEN,
    form,
    headers,
    expect: { status: 200, body: TOKENS, headers: { 'cache-control': 'no-store', 'server-timing': null } },
  });

  const refused = (name: string, form: Record<string, string>, oauthError: string): Scenario => ({
    name: `refuses ${name}`,
    method: 'POST',
    path: TOKEN,
    form,
    expect: { status: 400, oauthError, absent: [PASSWORD] },
  });

  itAnswers(
    () => api,
    [
      granted('a password', password()),
      granted('a password for an address', password({ username: 'ada@example.com' })),
      granted('whatever scope and client are named', password({ scope: 'all', client_id: 'app', client_secret: 's' })),
      granted('with client credentials in the header', password(), { authorization: 'Basic YXBwOnM=' }),
      refused('nothing at all', {}, 'invalid_request'),
      refused('no grant type', { username: 'ada', password: PASSWORD }, 'invalid_request'),
      refused('an empty grant type', password({ grant_type: '' }), 'invalid_request'),
      refused('another grant type', password({ grant_type: 'client_credentials' }), 'unsupported_grant_type'),
      refused('a grant type in another case', password({ grant_type: 'PASSWORD' }), 'unsupported_grant_type'),
      refused('no username', password({ username: '' }), 'invalid_request'),
      refused('no password', password({ password: '' }), 'invalid_request'),
      refused('a wrong password', password({ password: 'wrong' }), 'invalid_grant'),
      refused('an unknown account', password({ username: 'nobody' }), 'invalid_grant'),
      refused('a disabled account', password({ username: 'disabled' }), 'invalid_grant'),
      refused('too long a password', password({ password: 'p'.repeat(257) }), 'invalid_request'),
      refused('no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'),
      refused('a made-up refresh token', { grant_type: 'refresh_token', refresh_token: 'made-up' }, 'invalid_grant'),
      refused('NUL in a field', password({ username: 'a\0a' }), 'invalid_request'),
      {
        name: 'refuses a repeated parameter',
        method: 'POST',
        path: TOKEN,
        raw: `grant_type=password&username=ada&password=${PASSWORD}&scope=a&scope=b`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        expect: { status: 400, oauthError: 'invalid_request' },
      },
      {
        name: 'refuses bytes that are not UTF-8',
        method: 'POST',
        path: TOKEN,
        raw: Buffer.from([0x67, 0x3d, 0xff, 0xfe]),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        expect: { status: 400, oauthError: 'invalid_request' },
      },
      {
        name: 'reads no JSON',
        method: 'POST',
        path: TOKEN,
        body: password(),
        expect: { status: 415, oauthError: 'invalid_request' },
      },
      {
        name: 'is no place for GET',
        method: 'GET',
        path: `${TOKEN}?grant_type=password&username=ada`,
        expect: { status: 405, code: 'METHOD_NOT_ALLOWED', headers: { allow: 'POST' } },
      },
    ],
  );

  it('grants a refresh token once, with the same rules as the refresh route', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: ada.refreshToken };
    const first = await api.client().request('POST', TOKEN, { form });
    expect(first).toMatchObject({ status: 200, body: TOKENS });
    const again = await refreshWith(api, ada.refreshToken);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    await refreshWith(api, first.body.refresh_token);
    const reused = await api.client().request('POST', TOKEN, { form });
    expect(reused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('gives tokens that work', async () => {
    const { body } = await api.client().request('POST', TOKEN, { form: password() });
    expect((await api.client(body.access_token).get(ME)).body.username).toBe('ada');
  });
});

describe('refreshing', () => {
  let api: TestApi;
  let ada: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    await createPerson(api, 'ada');
  });

  beforeEach(async () => {
    ada = await signIn(api, 'ada');
  });

  afterAll(() => api.stop());

  const expectEnded = async (tokens: { access_token: string; refresh_token: string }) => {
    const refresh = await refreshWith(api, tokens.refresh_token);
    expect(refresh).toMatchObject({ status: 401, body: { code: 'INVALID_REFRESH_TOKEN' } });
    const read = await api.client(tokens.access_token).get(ME);
    expect(read).toMatchObject({ status: 401, body: { code: 'INVALID_TOKEN' } });
  };

  it('gives a successor, and tokens that work', async () => {
    const answer = await refreshWith(api, ada.refreshToken);
    expect(answer).toMatchObject({ status: 200, body: TOKENS });
    expectHeader(answer, 'cache-control', 'no-store');
    expectHeader(answer, 'server-timing', null);
    expect(answer.body.refresh_token).not.toBe(ada.refreshToken);
    expect(answer.body.access_token).not.toBe(ada.accessToken);
    expect((await api.client(answer.body.access_token).get(ME)).status).toBe(200);
    expect((await refreshWith(api, answer.body.refresh_token)).status).toBe(200);
  });

  it('leaves the access token from before alone until it expires', async () => {
    await refreshWith(api, ada.refreshToken);
    expect((await ada.client.get(ME)).status).toBe(200);
    // The clock goes on meanwhile, by seconds where the machine is busy; to the second it is tested beside the code.
    api.travel(880);
    expect((await ada.client.get(ME)).status).toBe(200);
    api.travel(21);
    const answer = await ada.client.get(ME);
    expectProblem(answer, 401, 'INVALID_TOKEN');
    expectHeader(answer, 'www-authenticate', /^Bearer realm="broadsheet", error="invalid_token"/);
  });

  it('gives fifty that come at once the same successor, of which one goes on', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => refreshWith(api, ada.refreshToken)));
    expect(statusesOf(answers)).toEqual({ 200: 50 });
    const successors = new Set(answers.map((answer) => answer.body.refresh_token as string));
    expect(successors.size).toBe(1);
    const [successor] = [...successors];
    expect((await refreshWith(api, successor ?? '')).status).toBe(200);
  });

  it('tells the successor again to whom the first answer got lost, within the grace', async () => {
    const lost = await refreshWith(api, ada.refreshToken);
    api.travel(9);
    const again = await refreshWith(api, ada.refreshToken);
    expect(again).toMatchObject({ status: 200, body: { refresh_token: lost.body.refresh_token } });
  });

  it('ends the session when a token comes back after the grace', async () => {
    const { body } = await refreshWith(api, ada.refreshToken);
    api.travel(11);
    expectProblem(await refreshWith(api, ada.refreshToken), 401, 'REFRESH_TOKEN_REUSED');
    await expectEnded(body);
  });

  it('ends the session when a grandparent comes back, even within the grace', async () => {
    const parent = await refreshWith(api, ada.refreshToken);
    const child = await refreshWith(api, parent.body.refresh_token);
    expectProblem(await refreshWith(api, ada.refreshToken), 401, 'REFRESH_TOKEN_REUSED');
    await expectEnded(child.body);
  });

  it('ends no other session of the same account with it', async () => {
    const other = await signIn(api, 'ada');
    const parent = await refreshWith(api, ada.refreshToken);
    await refreshWith(api, parent.body.refresh_token);
    await refreshWith(api, ada.refreshToken);
    expect((await other.client.get(ME)).status).toBe(200);
    expect((await refreshWith(api, other.refreshToken)).status).toBe(200);
  });

  it('ends a session that was idle for too long, and not a second before', async () => {
    const other = await signIn(api, 'ada');
    api.travel(30 * DAY - 60);
    expect((await refreshWith(api, other.refreshToken)).status).toBe(200);
    api.travel(61);
    expectProblem(await refreshWith(api, ada.refreshToken), 401, 'INVALID_REFRESH_TOKEN');
  });

  it('ends a session at its greatest age, however busy it was', async () => {
    let { refreshToken } = ada;
    for (const passed of [29, 58, 87]) {
      api.travel(29 * DAY);
      const { status, body } = await refreshWith(api, refreshToken);
      expect({ passed, status }).toEqual({ passed, status: 200 });
      refreshToken = body.refresh_token;
      expect(body.refresh_expires_in).toBeLessThanOrEqual(Math.min(30, 90 - passed) * DAY);
      expect(body.refresh_expires_in).toBeGreaterThan(Math.min(30, 90 - passed) * DAY - 60);
    }
    api.travel(3 * DAY + 1);
    expectProblem(await refreshWith(api, refreshToken), 401, 'INVALID_REFRESH_TOKEN');
  });

  it('does not work for a disabled account, and does again afterwards', async () => {
    await api.database.rows('UPDATE users SET is_active = false WHERE id = $1', [ada.id]);
    expectProblem(await ada.client.get(ME), 403, 'ACCOUNT_DISABLED');
    expectProblem(await refreshWith(api, ada.refreshToken), 401, 'INVALID_REFRESH_TOKEN');
    await api.database.rows('UPDATE users SET is_active = true WHERE id = $1', [ada.id]);
    expect((await ada.client.get(ME)).status).toBe(200);
    expect((await refreshWith(api, ada.refreshToken)).status).toBe(200);
  });

  const forgeries: [string, (token: string) => string][] = [
    ['nonsense', () => 'nonsense'],
    ['an access token', () => ada.accessToken],
    ['the token with padding', (token) => `${token}=`],
    ['the token with white space', (token) => ` ${token}`],
    ['the token cut short', (token) => token.slice(0, -4)],
    ['the next generation with the old signature', (token) => tampered(token, 19)],
    ['another session with the old signature', (token) => tampered(token, 0)],
    ['another signature', (token) => tampered(token, 51)],
  ];

  it.each(forgeries)('refuses %s, and writes nothing', async (_name, forged) => {
    await expectScenario(api, {
      name: 'forged',
      method: 'POST',
      path: `${AUTH}/refresh`,
      body: { refresh_token: forged(ada.refreshToken) },
      expect: { status: 401, code: 'INVALID_REFRESH_TOKEN' },
    });
    expect((await refreshWith(api, ada.refreshToken)).status).toBe(200);
  });

  itAnswers(
    () => api,
    (
      [
        ['nothing', {}],
        ['null', { refresh_token: null }],
        ['an empty text', { refresh_token: '' }],
        ['a number', { refresh_token: 1 }],
        ['501 characters', { refresh_token: 'a'.repeat(501) }],
      ] as const
    ).map(([name, body]) => ({
      name: `refuses ${name}`,
      method: 'POST',
      path: `${AUTH}/refresh`,
      body,
      expect: { status: 422, fields: ['refresh_token'] },
    })),
  );
});

describe('signing out', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
    await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  it('ends access and refresh token at once, and no other session', async () => {
    const [ada, elsewhere] = [await signIn(api, 'ada'), await signIn(api, 'ada')];
    const refreshed = await refreshWith(api, ada.refreshToken);
    expect(await ada.client.post(`${AUTH}/logout`)).toMatchObject({ status: 204, text: '' });

    expectProblem(await ada.client.get(ME), 401, 'INVALID_TOKEN');
    expectProblem(await ada.client.get('/api/v1/posts'), 401, 'INVALID_TOKEN');
    expectProblem(await api.client(refreshed.body.access_token).get(ME), 401, 'INVALID_TOKEN');
    for (const token of [ada.refreshToken, refreshed.body.refresh_token])
      expectProblem(await refreshWith(api, token), 401, 'INVALID_REFRESH_TOKEN');
    expectProblem(await ada.client.post(`${AUTH}/logout`), 401, 'INVALID_TOKEN');
    expect((await elsewhere.client.get(ME)).status).toBe(200);
    expect((await refreshWith(api, elsewhere.refreshToken)).status).toBe(200);
  });

  it('is for those who are signed in', async () => {
    expectProblem(await api.client().post(`${AUTH}/logout`), 401, 'UNAUTHENTICATED');
  });
});

describe('an access token', () => {
  let api: TestApi;
  let ada: Person;
  let bob: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada', 'admin');
    bob = await createPerson(api, 'bob');
  });

  afterAll(() => api.stop());

  it('that is made with the right key and parts is taken: the forgeries below fail for their own reason', async () => {
    const token = forge(api, bob, { payload: { exp: inAnHour() } });
    expect(token).not.toBe(bob.accessToken);
    expect((await api.client(token).get(ME)).body.username).toBe('bob');
  });

  const parts: [string, () => JwtParts][] = [
    ['alg none', () => ({ header: { alg: 'none' }, key: null })],
    ['alg None', () => ({ header: { alg: 'None' }, key: null })],
    ['no signature', () => ({ key: null })],
    ['another secret', () => ({ key: 'another-key-that-is-long-enough-01234' })],
    ['the secret itself in place of the key made of it', () => ({ key: 'test-key-that-is-long-enough-0123456789' })],
    ['an empty secret', () => ({ key: '' })],
    ['another algorithm with the right key', () => ({ header: { alg: 'HS512' }, digest: 'sha512' })],
    ['an asymmetric algorithm', () => ({ header: { alg: 'RS256' } })],
    ['another type', () => ({ header: { typ: 'JWT' } })],
    ['no type', () => ({ header: { typ: undefined } })],
    ['another issuer', () => ({ payload: { iss: 'http://evil.example' } })],
    ['no issuer', () => ({ payload: { iss: undefined } })],
    ['another audience', () => ({ payload: { aud: 'http://evil.example' } })],
    ['no audience', () => ({ payload: { aud: undefined } })],
    ['no expiry', () => ({ payload: { exp: undefined } })],
    ['an expiry that is a text', () => ({ payload: { exp: String(inAnHour()) } })],
    ['an expiry in the past', () => ({ payload: { exp: inAnHour() - 7_200 } })],
    ['a beginning in the future', () => ({ payload: { nbf: inAnHour() } })],
    ['no subject', () => ({ payload: { sub: undefined } })],
    ['the account of another with one’s own session', () => ({ payload: { sub: ada.id } })],
    ['no session', () => ({ payload: { sid: undefined } })],
    ['a session that never was', () => ({ payload: { sid: NOBODY } })],
    ['SQL for a session', () => ({ payload: { sid: "' OR 1=1 --" } })],
    ['a list for a session', () => ({ payload: { sid: [NOBODY] } })],
  ];

  const texts: [string, () => string][] = [
    ['nonsense', () => 'nonsense'],
    ['three empty parts', () => '..'],
    ['a refresh token', () => bob.refreshToken],
    ['a payload that was tampered with', () => withPayload(bob.accessToken, { sub: ada.id })],
    ['a header that was tampered with', () => bob.accessToken.slice(1)],
    ['a cut signature', () => bob.accessToken.slice(0, -2)],
    ['two tokens', () => `${bob.accessToken}, ${ada.accessToken}`],
  ];

  const forgeries: [string, () => string][] = [
    ...parts.map(([name, made]): [string, () => string] => [name, () => forge(api, bob, made())]),
    ...texts,
  ];

  it.each(forgeries)('with %s is refused', async (_name, token) => {
    const answer = await api.client(token()).get(ME);
    expectProblem(answer, 401, 'INVALID_TOKEN');
    expectHeader(answer, 'www-authenticate', /^Bearer realm="broadsheet", error="invalid_token"/);
  });

  const elsewhere: [string, () => Pick<Scenario, 'path' | 'headers'>, string][] = [
    ['in the query', () => ({ path: `${ME}?access_token=${bob.accessToken}` }), 'UNAUTHENTICATED'],
    ['in a cookie', () => ({ path: ME, headers: { cookie: `access_token=${bob.accessToken}` } }), 'UNAUTHENTICATED'],
    ['as Basic', () => ({ path: ME, headers: { authorization: `Basic ${bob.accessToken}` } }), 'INVALID_TOKEN'],
    ['without a scheme', () => ({ path: ME, headers: { authorization: bob.accessToken } }), 'INVALID_TOKEN'],
    ['of nothing', () => ({ path: ME, headers: { authorization: 'Bearer ' } }), 'INVALID_TOKEN'],
  ];

  it.each(elsewhere)('%s is none', async (_name, sent, code) => {
    const { path, headers } = sent();
    expectProblem(await api.client().get(path as string, { headers }), 401, code);
  });

  it('is asked for without an error code where there is none (RFC 6750 §3)', async () => {
    expectHeader(await api.client().get(ME), 'www-authenticate', 'Bearer realm="broadsheet"');
  });

  it('is taken whatever the case of the scheme (RFC 9110 §11.1)', async () => {
    const headers = { authorization: `bEARER ${bob.accessToken}` };
    expect((await api.client().get(ME, { headers })).status).toBe(200);
  });

  it('carries no rights: a role that was taken away is gone with the next request', async () => {
    const editor = await createPerson(api, 'editor', 'editor');
    const draft = await bob.client.post('/api/v1/posts', { title: 'A draft', content: 'x' });
    const path = `/api/v1/posts/${draft.body.id}`;
    expect((await editor.client.get(path)).status).toBe(200);
    expect((await ada.client.patch(`/api/v1/users/${editor.id}`, { role: 'user' })).status).toBe(200);
    expectProblem(await editor.client.get(path), 404, 'POST_NOT_FOUND');
    expect((await ada.client.patch(`/api/v1/users/${editor.id}`, { role: 'admin' })).status).toBe(200);
    expect((await editor.client.get(path)).status).toBe(200);
  });

  it('of an account that an administrator disables is refused with the next request', async () => {
    const victim = await createPerson(api, 'victim');
    await ada.client.patch(`/api/v1/users/${victim.id}`, { isActive: false });
    expectProblem(await victim.client.get(ME), 403, 'ACCOUNT_DISABLED');
    expectProblem(await victim.client.get('/api/v1/posts'), 403, 'ACCOUNT_DISABLED');
    expectProblem(await victim.client.post(`${AUTH}/logout`), 403, 'ACCOUNT_DISABLED');
  });

  it('is not accepted for a session that began before the account accepts any', async () => {
    const person = await createPerson(api, 'careful');
    await api.database.rows(`UPDATE users SET sessions_valid_from = now() + interval '1 second' WHERE id = $1`, [
      person.id,
    ]);
    expectProblem(await person.client.get(ME), 401, 'INVALID_TOKEN');
    expectProblem(await refreshWith(api, person.refreshToken), 401, 'INVALID_REFRESH_TOKEN');
  });
});

describe('verifying an address', () => {
  let api: TestApi;
  let worker: TestWorker;
  let people = 0;

  beforeAll(async () => {
    api = await TestApi.start();
    worker = await TestWorker.start(api);
  });

  afterAll(async () => {
    await worker.stop();
    await api.stop();
  });

  const newcomer = async (): Promise<{ person: Person; link: URL; token: string }> => {
    people += 1;
    const person = await createPerson(api, `newcomer.${people}`);
    const link = await linkTo(api, person.email);
    return { person, link, token: link.searchParams.get('token') ?? '' };
  };

  const verify = async (token: string): Promise<Answer> => api.client().post(`${AUTH}/email/verify`, { token });

  it('works through the link of the mail, once', async () => {
    const { person, token } = await newcomer();
    expect(await isVerified(person)).toBe(false);
    expect(await verify(token)).toMatchObject({ status: 204, text: '' });
    expect(await isVerified(person)).toBe(true);
    expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
    expect(await isVerified(person)).toBe(true);
  });

  it('does not happen by looking: neither GET nor HEAD of the link uses it up', async () => {
    const { person, link, token } = await newcomer();
    expect(link.origin + link.pathname).toBe('http://localhost:3000/verify');
    for (const method of ['GET', 'HEAD'])
      expect((await api.client().request(method, link.pathname + link.search)).status).toBe(200);
    expectProblem(await api.client().get(`${AUTH}/email/verify?token=${token}`), 405, 'METHOD_NOT_ALLOWED');
    expect(await isVerified(person)).toBe(false);
    expect((await verify(token)).status).toBe(204);
  });

  it('lets one of ten at once do it', async () => {
    const { token } = await newcomer();
    const answers = await Promise.all(Array.from({ length: 10 }, () => verify(token)));
    expect(statusesOf(answers)).toEqual({ 204: 1, 400: 9 });
  });

  it('refuses a token that was tampered with', async () => {
    const [one, other] = [await newcomer(), await newcomer()];
    const swapped = Buffer.concat([
      Buffer.from(other.token, 'base64url').subarray(0, 16),
      Buffer.from(one.token, 'base64url').subarray(16),
    ]).toString('base64url');
    const forged = [
      swapped,
      tampered(one.token, 18),
      tampered(one.token, 40),
      `${one.token}=`,
      one.token.slice(0, -1),
      'x',
    ];
    for (const token of [...forged, one.person.accessToken.slice(0, 500), one.person.refreshToken])
      expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
    expect(await isVerified(one.person)).toBe(false);
    expect(await isVerified(other.person)).toBe(false);
  });

  it('refuses the token of an account that is gone, or has another address by now', async () => {
    const [leaver, mover] = [await newcomer(), await newcomer()];
    await leaver.person.client.delete(ME);
    await api.database.rows(
      `UPDATE users SET email = 'moved@example.com', email_key = 'moved@example.com' WHERE id = $1`,
      [mover.person.id],
    );
    for (const { token } of [leaver, mover]) expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
  });

  it('asks for a token', async () => {
    for (const body of [{}, { token: '' }, { token: null }, { token: 1 }, { token: 'a'.repeat(501) }]) {
      const answer = await api.client().post(`${AUTH}/email/verify`, body);
      expectProblem(answer, 422, 'VALIDATION_FAILED');
    }
  });

  it('is over after a day', async () => {
    const { person, token } = await newcomer();
    api.travel(DAY + 1);
    expectProblem(await verify(token), 400, 'LINK_TOKEN_INVALID');
    const later = await signIn(api, person.username);
    expect(await isVerified(later)).toBe(false);
  });
});

/** The token with one bit of this byte turned. */
function tampered(token: string, index: number): string {
  const bytes = Buffer.from(token, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return bytes.toString('base64url');
}

/** The token with another payload under its old signature. */
function withPayload(token: string, payload: object): string {
  const [header, , signature] = token.split('.');
  const changed = Buffer.from(JSON.stringify({ ...decode(token).payload, ...payload })).toString('base64url');
  return [header, changed, signature].join('.');
}
