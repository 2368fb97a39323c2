import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { Clock } from '../../src/core/clock/clock.js';
import { LinkTokens } from '../../src/auth/tokens/link-tokens.js';
import { UsersService } from '../../src/users/users.service.js';
import { expectOAuthError, expectProblem } from './support/problem.js';
import { statusesOf } from './support/statuses.js';

const AUTH = '/api/v1/auth';
const ME = '/api/v1/users/me';
const WRONG = 'wrong horse battery';
const NEW_PASSWORD = 'battery staple correct';
const LIMIT = 5;
const FREE_FAILURES = 10;

let api: TestApi;
let count = 0;

const unique = (): string => `person.${(count += 1)}`;

/** An address that nobody used before. */
const elsewhere = (): string => {
  count += 1;
  return `203.${Math.floor(count / 250) % 250}.${count % 250}.7`;
};

const person = async (): Promise<Person> => createPerson(api, unique());

const tryFrom = async (ip: string, username: string, password: string): Promise<Answer> =>
  api.client().post(`${AUTH}/login`, { username, password }, { headers: { 'x-forwarded-for': ip } });

const statusFrom = async (ip: string, username: string, password = WRONG): Promise<number> =>
  (await tryFrom(ip, username, password)).status;

const times = async <T>(number: number, act: (index: number) => Promise<T>): Promise<T[]> => {
  const answers: T[] = [];
  for (let index = 0; index < number; index += 1) answers.push(await act(index));
  return answers;
};

const expectRefused = (answer: Answer): number => {
  expectProblem(answer, 429, 'TOO_MANY_ATTEMPTS');
  const seconds = Number(answer.headers.get('retry-after'));
  expect(Number.isInteger(seconds) && seconds > 0).toBe(true);
  return seconds;
};

const resetToken = async ({ id }: Person): Promise<string> => {
  const subject = await api.app.get(UsersService).contact(id);
  if (!subject) throw new Error('The account has no contact');
  return api.app.get(LinkTokens).derive('reset', subject, api.app.get(Clock).now());
};

const essence = ({ status, body, headers }: Answer): object => ({
  status,
  body: { ...body, requestId: '' },
  headers: [...headers.keys()],
});

const play = async (name: string): Promise<object[]> => {
  const ip = elsewhere();
  const near = await times(LIMIT + 2, () => tryFrom(ip, name, WRONG));
  const far = await times(FREE_FAILURES, () => tryFrom(elsewhere(), name, WRONG));
  return [...near, ...far].map(essence);
};

const lock = async (name: string): Promise<void> => {
  const statuses = await times(FREE_FAILURES, () => statusFrom(elsewhere(), name));
  expect(new Set(statuses)).toEqual(new Set([401]));
};

describe('behind a trusted proxy', () => {
  beforeAll(async () => {
    api = await TestApi.start({ LOGIN_RATE_LIMIT: String(LIMIT), TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(() => api.stop());

  describe('tries of one client for one account', () => {
    it('are limited, the right password included, until the minute is over', async () => {
      const [ada, ip] = [await person(), elsewhere()];
      expect(await times(LIMIT, () => statusFrom(ip, ada.username))).toEqual([401, 401, 401, 401, 401]);
      expect(expectRefused(await tryFrom(ip, ada.username, WRONG))).toBeLessThanOrEqual(60);
      expectRefused(await tryFrom(ip, ada.username, PASSWORD));
      api.travel(61);
      expect(await statusFrom(ip, ada.username, PASSWORD)).toBe(200);
    });

    it('are counted together however a name is spelt', async () => {
      const [ada, ip] = [await person(), elsewhere()];
      const spellings = [ada.email, ada.email.toUpperCase(), ada.email, ada.email.toUpperCase(), ada.email];
      for (const spelling of spellings) expect(await statusFrom(ip, spelling)).toBe(401);
      for (const spelling of spellings) expectRefused(await tryFrom(ip, spelling, PASSWORD));
      const form = { grant_type: 'password', username: ada.email, password: PASSWORD };
      const headers = { 'x-forwarded-for': ip };
      expectOAuthError(
        await api.client().request('POST', `${AUTH}/token`, { form, headers }),
        429,
        'temporarily_unavailable',
      );
    });

    it('do not tell that a username and an address are one account’s', async () => {
      const [ada, ip] = [await person(), elsewhere()];
      await times(LIMIT, () => tryFrom(ip, ada.username, WRONG));
      expectRefused(await tryFrom(ip, ada.username, WRONG));
      expect(await statusFrom(ip, ada.email)).toBe(401);
      expect(await statusFrom(ip, `not-${ada.email}`)).toBe(401);
    });

    it('are counted on the token endpoint, too', async () => {
      const [ada, ip] = [await person(), elsewhere()];
      const form = { grant_type: 'password', username: ada.username, password: WRONG };
      const answers = await times(LIMIT + 1, () =>
        api.client().request('POST', `${AUTH}/token`, { form, headers: { 'x-forwarded-for': ip } }),
      );
      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 429]);
      expectRefused(await tryFrom(ip, ada.username, PASSWORD));
    });

    it('let no more through when they come at once', async () => {
      const [ada, ip] = [await person(), elsewhere()];
      const answers = await Promise.all(Array.from({ length: 30 }, () => tryFrom(ip, ada.username, WRONG)));
      expect(statusesOf(answers)).toEqual({ 401: LIMIT, 429: 30 - LIMIT });
    });

    it('keep neither another client nor another account out', async () => {
      const [ada, bob, ip] = [await person(), await person(), elsewhere()];
      await times(LIMIT + 1, () => statusFrom(ip, ada.username));
      expect(await statusFrom(ip, ada.username, PASSWORD)).toBe(429);
      expect(await statusFrom(elsewhere(), ada.username, PASSWORD)).toBe(200);
      expect(await statusFrom(ip, bob.username, PASSWORD)).toBe(200);
    });
  });

  describe('an account that does not exist', () => {
    it('is limited and locked like one that does, to the header', async () => {
      const ada = await person();
      const known = await play(ada.username);
      expect(known.at(-1)).toMatchObject({ status: 429 });
      expect(await play(unique())).toEqual(known);
      expect(await play(`${unique()}@example.com`)).toEqual(known);
    });
  });

  it('limits the tries of one network for all accounts together', async () => {
    const ip = elsewhere();
    const ada = await person();
    const answers = await times(LIMIT * 10, () => statusFrom(ip, unique()));
    expect(new Set(answers)).toEqual(new Set([401]));
    expectRefused(await tryFrom(ip, ada.username, PASSWORD));
    expect(await statusFrom(elsewhere(), ada.username, PASSWORD)).toBe(200);
    api.travel(61);
    expect(await statusFrom(ip, ada.username, PASSWORD)).toBe(200);
  });

  describe('addresses of IPv6', () => {
    it('are one client with their /64', async () => {
      const ada = await person();
      const spellings = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:0DB8:0001:0002:1:2:3:4', '2001:db8:1:2::5'];
      for (const ip of [...spellings, '2001:db8:1:2::6']) expect(await statusFrom(ip, ada.username)).toBe(401);
      expectRefused(await tryFrom('2001:db8:1:2:aaaa:bbbb:cccc:dddd', ada.username, PASSWORD));
      expect(await statusFrom('2001:db8:1:3::1', ada.username, PASSWORD)).toBe(200);
    });

    it('that stand for one of IPv4 are that one', async () => {
      const ada = await person();
      await times(LIMIT, () => statusFrom('198.51.100.1', ada.username));
      expectRefused(await tryFrom('::ffff:198.51.100.1', ada.username, PASSWORD));
      expect(await statusFrom('::ffff:198.51.100.2', ada.username, PASSWORD)).toBe(200);
    });
  });

  describe('wrong passwords from everywhere', () => {
    it('lock an account for a minute, then twice as long each time, up to an hour', async () => {
      const ada = await person();
      await lock(ada.username);
      const waits = [];
      for (let round = 0; round < 8; round += 1) {
        const seconds = expectRefused(await tryFrom(elsewhere(), ada.username, PASSWORD));
        waits.push(seconds);
        api.travel(seconds + 1);
        expect(await statusFrom(elsewhere(), ada.username)).toBe(401);
      }
      const expected = [60, 120, 240, 480, 960, 1_920, 3_600, 3_600];
      for (const [index, wait] of expected.entries()) {
        expect(waits[index]).toBeLessThanOrEqual(wait);
        expect(waits[index]).toBeGreaterThan(wait - 5);
      }
      api.travel(3_601);
      expect(await statusFrom(elsewhere(), ada.username, PASSWORD)).toBe(200);
      // The right password begins the count anew.
      await times(FREE_FAILURES - 1, () => statusFrom(elsewhere(), ada.username));
      expect(await statusFrom(elsewhere(), ada.username, PASSWORD)).toBe(200);
    });

    it('let no more than the free ones through when they come at once', async () => {
      const ada = await person();
      const answers = await Promise.all(Array.from({ length: 40 }, () => tryFrom(elsewhere(), ada.username, WRONG)));
      expect(statusesOf(answers)).toEqual({ 401: FREE_FAILURES, 429: 40 - FREE_FAILURES });
    });

    it('leave a live session as it is, the change of its password included', async () => {
      const ada = await person();
      await lock(ada.username);
      expectRefused(await tryFrom(elsewhere(), ada.username, PASSWORD));
      expect((await ada.client.get(ME)).status).toBe(200);
      const refreshed = await api.client().post(`${AUTH}/refresh`, { refresh_token: ada.refreshToken });
      expect(refreshed.status).toBe(200);
      const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect((await ada.client.post(`${AUTH}/password/change`, body)).status).toBe(204);
    });

    it('are forgotten with a new password by the link of a mail', async () => {
      const ada = await person();
      await lock(ada.username);
      expectRefused(await tryFrom(elsewhere(), ada.username, PASSWORD));
      expect((await api.client().post(`${AUTH}/password/forgot`, { email: ada.email })).status).toBe(202);
      const reset = { token: await resetToken(ada), password: NEW_PASSWORD };
      expect((await api.client().post(`${AUTH}/password/reset`, reset)).status).toBe(204);
      expect(await statusFrom(elsewhere(), ada.username, NEW_PASSWORD)).toBe(200);
    });

    it('lock their own account alone', async () => {
      const [ada, bob] = [await person(), await person()];
      await lock(ada.username);
      expect(await statusFrom(elsewhere(), bob.username, PASSWORD)).toBe(200);
    });
  });

  it('limits guessing the password with a stolen access token, wherever the guesses come from', async () => {
    const ada = await person();
    const guess = async (): Promise<Answer> =>
      ada.client.post(
        `${AUTH}/password/change`,
        { currentPassword: WRONG, newPassword: NEW_PASSWORD },
        { headers: { 'x-forwarded-for': elsewhere() } },
      );
    const statuses = (await times(FREE_FAILURES + 5, guess)).map(({ status }) => status);
    expect(statuses.slice(0, LIMIT)).toEqual([403, 403, 403, 403, 403]);
    expect(statuses.at(-1)).toBe(429);
  });

  it('keeps no name, address or password in its counters', async () => {
    const [ada, ip] = [await person(), elsewhere()];
    await statusFrom(ip, ada.username);
    const [row] = await api.database.rows<{ text: string; total: number }>(
      `SELECT string_agg(c::text, ' ') AS text, count(*)::int AS total FROM sign_in_counters c`,
    );
    expect(row?.total).toBeGreaterThan(0);
    for (const secret of [ada.username, ada.email, ada.id, ip, WRONG]) expect(row?.text).not.toContain(secret);
  });
});

describe('without a trusted proxy', () => {
  beforeAll(async () => {
    api = await TestApi.start({ LOGIN_RATE_LIMIT: String(LIMIT) });
  });
  afterAll(() => api.stop());

  it('is not moved by a forged X-Forwarded-For, Forwarded or X-Real-IP', async () => {
    const ada = await person();
    const statuses = await times(LIMIT + 3, async () => {
      const ip = elsewhere();
      const headers = { 'x-forwarded-for': ip, forwarded: `for=${ip}`, 'x-real-ip': ip };
      return (await api.client().post(`${AUTH}/login`, { username: ada.username, password: WRONG }, { headers }))
        .status;
    });
    // The sign-in of the person itself was the first try.
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429, 429, 429]);
  });
});

describe('with LOGIN_RATE_LIMIT=0', () => {
  beforeAll(async () => {
    api = await TestApi.start({ LOGIN_RATE_LIMIT: '0' });
  });
  afterAll(() => api.stop());

  it('is off: neither limits nor locks', async () => {
    const ada = await person();
    const statuses = await times(FREE_FAILURES * 6, () => statusFrom('127.0.0.1', ada.username));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(await statusFrom('127.0.0.1', ada.username, PASSWORD)).toBe(200);
  });
});
