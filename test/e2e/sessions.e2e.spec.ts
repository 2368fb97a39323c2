import { Clock } from '../../src/core/clock/clock.js';
import { LinkTokens } from '../../src/auth/tokens/link-tokens.js';
import { UsersService } from '../../src/users/users.service.js';
import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { decode } from './support/forge.js';
import { mailsTo } from './support/mails.js';
import { eventually } from './support/eventually.js';
import { expectOAuthError, expectProblem } from './support/problem.js';
import { expectScenario } from './support/scenarios.js';
import { TestWorker } from './support/test-worker.js';
import { idsOf, walk } from './support/walk.js';

const AUTH = '/api/v1/auth';
const SESSIONS = `${AUTH}/sessions`;
const ME = '/api/v1/users/me';
const NOBODY = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const NEW_PASSWORD = 'battery staple correct';

let api: TestApi;
let admin: Person;
let count = 0;

interface SessionItem {
  id: string;
  current: boolean;
  userAgent: string | null;
  ip: string | null;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
}

const person = async (): Promise<Person> => createPerson(api, `person.${(count += 1)}`);

const sessionId = ({ accessToken }: Person): string => String(decode(accessToken).payload['sid']);

const list = async ({ client }: Person): Promise<SessionItem[]> => (await client.get(SESSIONS)).body.items;

const refresh = async ({ refreshToken }: Pick<Person, 'refreshToken'>): Promise<Answer> =>
  api.client().post(`${AUTH}/refresh`, { refresh_token: refreshToken });

const expectEnded = async (session: Person): Promise<void> => {
  expectProblem(await session.client.get(ME), 401, 'INVALID_TOKEN');
  expectProblem(await session.client.get('/api/v1/posts'), 401, 'INVALID_TOKEN');
  expectProblem(await refresh(session), 401, 'INVALID_REFRESH_TOKEN');
};

const expectAlive = async (session: Person): Promise<void> => {
  expect((await session.client.get(ME)).status).toBe(200);
  expect((await refresh(session)).status).toBe(200);
};

const trailOf = async ({ id }: Person, type: string): Promise<{ sessionId: string | null; outcome: string }[]> =>
  api.database.rows(
    `SELECT session_id AS "sessionId", outcome FROM audit_events WHERE subject_id = $1 AND type = $2 ORDER BY id`,
    [id, type],
  );

const resetPassword = async ({ id }: Person): Promise<void> => {
  const subject = await api.app.get(UsersService).contact(id);
  if (!subject) throw new Error('The account has no contact');
  const token = api.app.get(LinkTokens).derive('reset', subject, api.app.get(Clock).now());
  expect((await api.client().post(`${AUTH}/password/reset`, { token, password: NEW_PASSWORD })).status).toBe(204);
};

beforeAll(async () => {
  api = await TestApi.start();
  admin = await createPerson(api, 'root', 'admin');
});

afterAll(() => api.stop());

describe('the list of sessions', () => {
  it('says of each its device, address and times, and which is the one that asks', async () => {
    const ada = await person();
    const headers = { 'user-agent': `Firefox/140.0 ${'x'.repeat(500)}` };
    const login = await api.client().post(`${AUTH}/login`, { username: ada.username, password: PASSWORD }, { headers });
    expect(login.status).toBe(200);
    const answer = await ada.client.get(SESSIONS);
    expect(answer.headers.get('cache-control')).toMatch(/no-store|private/);
    const items: SessionItem[] = answer.body.items;
    expect(items).toHaveLength(2);
    expect(items.filter(({ current }) => current).map(({ id }) => id)).toEqual([sessionId(ada)]);
    const other = items.find(({ current }) => !current);
    expect(Object.keys(other ?? {}).sort()).toEqual(
      ['createdAt', 'current', 'expiresAt', 'id', 'ip', 'lastUsedAt', 'userAgent'].sort(),
    );
    expect(other).toMatchObject({ ip: '127.0.0.1', userAgent: headers['user-agent'].slice(0, 400) });
    const life = Date.parse(other?.expiresAt ?? '') - Date.parse(other?.createdAt ?? '');
    expect(Math.round(life / 1_000)).toBe(2_592_000);
    for (const secret of [ada.refreshToken, login.body.refresh_token]) expect(answer.text).not.toContain(secret);
  });

  it('is of one’s own sessions alone, the one used last first, page by page', async () => {
    const [ada, bob] = [await person(), await person()];
    const others = [await signIn(api, ada.username), await signIn(api, ada.username)];
    api.travel(5);
    expect((await refresh(ada)).status).toBe(200);
    const all = (await list(ada)).map(({ id }) => id);
    expect(all[0]).toBe(sessionId(ada));
    expect([...all].sort()).toEqual([ada, ...others].map(sessionId).sort());
    expect(idsOf(await walk(ada.client, `${SESSIONS}?limit=1`))).toEqual(all);
    expect((await list(bob)).map(({ id }) => id)).toEqual([sessionId(bob)]);
  });

  it('shows none that has ended, in whatever way', async () => {
    const ada = await person();
    const [out, idle] = [await signIn(api, ada.username), await signIn(api, ada.username)];
    await out.client.post(`${AUTH}/logout`);
    expect((await list(ada)).map(({ id }) => id).sort()).toEqual([ada, idle].map(sessionId).sort());
    await resetPassword(ada);
    const { body } = await api.client().post(`${AUTH}/login`, { username: ada.username, password: NEW_PASSWORD });
    const items = (await api.client(body.access_token).get(SESSIONS)).body.items as SessionItem[];
    expect(items.map(({ id }) => id)).toEqual([decode(body.access_token).payload['sid']]);
  });

  it('shows none from before an account was deactivated', async () => {
    const ada = await person();
    for (const isActive of [false, true])
      expect((await admin.client.patch(`/api/v1/users/${ada.id}`, { isActive })).status).toBe(200);
    const again = await signIn(api, ada.username);
    expect((await list(again)).map(({ id }) => id)).toEqual([sessionId(again)]);
  });
});

describe('ending sessions', () => {
  it('ends one at once, and no other', async () => {
    const ada = await person();
    const [lost, kept] = [await signIn(api, ada.username), await signIn(api, ada.username)];
    expect((await ada.client.delete(`${SESSIONS}/${sessionId(lost)}`)).status).toBe(204);
    await expectEnded(lost);
    await expectAlive(kept);
    await expectAlive(ada);
    expect(await trailOf(ada, 'session.ended')).toEqual([{ sessionId: sessionId(lost), outcome: 'success' }]);
    expectProblem(await ada.client.delete(`${SESSIONS}/${sessionId(lost)}`), 404, 'SESSION_NOT_FOUND');
  });

  it('ends the very session that asks, where it is named', async () => {
    const ada = await person();
    expect((await ada.client.delete(`${SESSIONS}/${sessionId(ada)}`)).status).toBe(204);
    await expectEnded(ada);
  });

  it('ends all the others at once, and keeps this one and those of other people', async () => {
    const [ada, bob] = [await person(), await person()];
    const others = [await signIn(api, ada.username), await signIn(api, ada.username)];
    expect((await ada.client.delete(SESSIONS)).status).toBe(204);
    for (const other of others) await expectEnded(other);
    await expectAlive(ada);
    await expectAlive(bob);
    expect((await trailOf(ada, 'session.ended')).length).toBeGreaterThan(0);
  });

  it('answers alike for a session of somebody else and for none, and ends neither', async () => {
    const [ada, bob] = [await person(), await person()];
    for (const id of [sessionId(bob), NOBODY])
      await expectScenario(api, {
        name: 'somebody else’s',
        as: () => ada,
        method: 'DELETE',
        path: `${SESSIONS}/${id}`,
        expect: { status: 404, code: 'SESSION_NOT_FOUND' },
      });
    const byAdmin = await admin.client.delete(`${SESSIONS}/${sessionId(bob)}`);
    expectProblem(byAdmin, 404, 'SESSION_NOT_FOUND');
    expectProblem(await ada.client.delete(`${SESSIONS}/nonsense`), 422, 'VALIDATION_FAILED');
    await expectAlive(bob);
  });
});

const revoke = async (form: Record<string, string>): Promise<Answer> =>
  api.client().request('POST', `${AUTH}/revoke`, { form });

describe('revoking a token (RFC 7009)', () => {
  it.each([
    ['a refresh token', (ada: Person) => ({ token: ada.refreshToken })],
    ['an access token', (ada: Person) => ({ token: ada.accessToken })],
    ['a refresh token with a hint', (ada: Person) => ({ token: ada.refreshToken, token_type_hint: 'refresh_token' })],
    [
      'a refresh token with a wrong hint',
      (ada: Person) => ({ token: ada.refreshToken, token_type_hint: 'access_token' }),
    ],
    ['an access token with an unknown hint', (ada: Person) => ({ token: ada.accessToken, token_type_hint: 'x' })],
    ['a token, whatever client names itself', (ada: Person) => ({ token: ada.refreshToken, client_id: 'x' })],
  ])('%s ends its session and no other', async (_name, formOf) => {
    const ada = await person();
    const other = await signIn(api, ada.username);
    expect(await revoke(formOf(ada))).toMatchObject({ status: 200, text: '' });
    await expectEnded(ada);
    await expectAlive(other);
    expect((await revoke(formOf(ada))).status).toBe(200);
  });

  it('is recorded, once, as the end of the session', async () => {
    const ada = await person();
    for (let index = 0; index < 2; index += 1) await revoke({ token: ada.refreshToken });
    expect(await trailOf(ada, 'session.ended')).toEqual([{ sessionId: sessionId(ada), outcome: 'success' }]);
  });

  it('takes a token that was exchanged already for its session', async () => {
    const ada = await person();
    const { body } = await refresh(ada);
    expect((await revoke({ token: ada.refreshToken })).status).toBe(200);
    await expectEnded({ ...ada, refreshToken: body.refresh_token });
  });

  it('answers 200 to nonsense, and changes nothing', async () => {
    const ada = await person();
    for (const token of ['nonsense', `${ada.refreshToken}=`, `${ada.accessToken}x`, sessionId(ada), ada.id]) {
      const { status, text } = await expectScenario(api, {
        name: 'nonsense',
        method: 'POST',
        path: `${AUTH}/revoke`,
        form: { token },
        expect: { status: 200 },
      });
      expect({ status, text }).toEqual({ status: 200, text: '' });
    }
    await expectAlive(ada);
  });

  it('asks for a form with one token', async () => {
    expectOAuthError(await revoke({}), 400, 'invalid_request');
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const twice = await api.client().request('POST', `${AUTH}/revoke`, { raw: 'token=a&token=b', headers });
    expectOAuthError(twice, 400, 'invalid_request');
    expectOAuthError(await api.client().post(`${AUTH}/revoke`, { token: 'x' }), 415, 'invalid_request');
  });
});

describe('what else ends sessions', () => {
  it('a change of the password ends the others and keeps this one', async () => {
    const ada = await person();
    const other = await signIn(api, ada.username);
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await ada.client.post(`${AUTH}/password/change`, body)).status).toBe(204);
    await expectEnded(other);
    await expectAlive(ada);
  });

  it('a reset of the password ends all', async () => {
    const ada = await person();
    const other = await signIn(api, ada.username);
    await resetPassword(ada);
    for (const session of [ada, other]) await expectEnded(session);
  });

  it('deactivation ends all, for good', async () => {
    const ada = await person();
    const path = `/api/v1/users/${ada.id}`;
    expect((await admin.client.patch(path, { isActive: false })).status).toBe(200);
    expectProblem(await ada.client.get(ME), 403, 'ACCOUNT_DISABLED');
    expectProblem(await refresh(ada), 401, 'INVALID_REFRESH_TOKEN');
    expect((await admin.client.patch(path, { isActive: true })).status).toBe(200);
    await expectEnded(ada);
    await expectAlive(await signIn(api, ada.username));
  });

  it('deletion ends all, and restoring brings none back', async () => {
    const ada = await person();
    const other = await signIn(api, ada.username);
    expect((await ada.client.delete(ME)).status).toBe(204);
    for (const session of [ada, other]) await expectEnded(session);
    expect((await admin.client.post(`/api/v1/users/${ada.id}/restore`)).status).toBe(200);
    for (const session of [ada, other]) await expectEnded(session);
    await expectAlive(await signIn(api, ada.username));
  });
});

describe('a refresh token that is used again', () => {
  it('within the grace is a lost answer, after it a theft', async () => {
    const ada = await person();
    const first = await refresh(ada);
    api.travel(9);
    const again = await refresh(ada);
    expect(again).toMatchObject({ status: 200, body: { refresh_token: first.body.refresh_token } });
    api.travel(2);
    expectProblem(await refresh(ada), 401, 'REFRESH_TOKEN_REUSED');
    await expectEnded({ ...ada, refreshToken: first.body.refresh_token });
  });

  // Last: when a worker stops, the process has lost its connections.
  it('ends the session with all its tokens, is recorded, and its owner is told', async () => {
    const worker = await TestWorker.start(api);
    try {
      const ada = await person();
      const other = await signIn(api, ada.username);
      const first = await refresh(ada);
      const second = await refresh({ refreshToken: first.body.refresh_token });
      expectProblem(await refresh(ada), 401, 'REFRESH_TOKEN_REUSED');
      for (const { body } of [first, second])
        expectProblem(await api.client(body.access_token).get(ME), 401, 'INVALID_TOKEN');
      await expectEnded({ ...ada, refreshToken: second.body.refresh_token });
      await expectAlive(other);
      expect(await trailOf(ada, 'session.refresh_reused')).toEqual([{ sessionId: sessionId(ada), outcome: 'failure' }]);
      await eventually(
        'the mail',
        async () =>
          (await mailsTo(api, ada.email)).some(({ kind, state }) => kind === 'refresh-reused' && state === 'sent') ||
          undefined,
      );
    } finally {
      await worker.stop();
    }
  });
});
