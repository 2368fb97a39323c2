import { EMAIL_QUEUE } from '../../src/core/queue/queue-names.js';
import { createPerson, PASSWORD, signIn, type Person } from '../support/people.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, RequestOptions } from '../support/test-client.js';
import { expectProblem } from './support/problem.js';
import { FROM_PROXY, startInProduction } from './support/production.js';
import { expectHeader } from './support/scenarios.js';
import { addJobs } from './support/jobs.js';

const LOGIN = '/queues/login';
const LOGOUT = '/queues/logout';
const JOBS = '/api/v1/admin/jobs';
const HTML = 'text/html; charset=utf-8';
const PAGES = ['/queues', '/queues/', '/queues/queue/emails', '/queues/queue/emails/1', '/queues/job-schedulers'];
const PARTS = [
  '/queues/api/queues',
  '/queues/api/redis/stats',
  '/queues/api/queues/emails/workers',
  '/queues/static/favicon.ico',
  '/queues/static/nothing.js',
  '/queues/nothing',
  '/queues/login/more',
];
const EMPTY = { waiting: 0, prioritized: 0, active: 0, delayed: 0, failed: 0, completed: 0, paused: 0 };

/** What a browser would send back of a `Set-Cookie`. */
const cookieOf = (answer: Answer): string => (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';

const withCookie = (cookie: string): RequestOptions => ({ headers: { cookie } });

function submit(api: TestApi, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return api.client().request('POST', LOGIN, { form, headers });
}

async function enter(api: TestApi, username: string): Promise<string> {
  const answer = await submit(api, { username, password: PASSWORD });
  expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({
    status: 303,
    location: '/queues',
  });
  return cookieOf(answer);
}

/** No frame, nothing kept, nothing from elsewhere; refusals too. */
function expectCaged(answer: Answer): void {
  expectHeader(answer, 'content-security-policy', /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/);
  expectHeader(answer, 'x-frame-options', 'DENY');
  expectHeader(answer, 'cache-control', 'no-store');
  expectHeader(answer, 'referrer-policy', 'same-origin');
}

/** A form that was not accepted: a page, and no cookie. */
function expectRefused(answer: Answer, status: number, text: string): void {
  expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({ status, type: HTML });
  expect(answer.text).toContain(text);
  expect(answer.text).toContain('name="password"');
  expect(answer.headers.get('set-cookie')).toBeNull();
  expectCaged(answer);
}

async function expectClosed(api: TestApi, cookie: string | undefined): Promise<void> {
  const options = cookie === undefined ? {} : withCookie(cookie);
  for (const path of PAGES) {
    const answer = await api.client().get(path, options);
    expect({ path, status: answer.status, text: answer.text }).toEqual({ path, status: 303, text: '' });
    expectHeader(answer, 'location', LOGIN);
    expectCaged(answer);
  }
  for (const path of PARTS) {
    const answer = await api.client().get(path, options);
    expectProblem(answer, 401, 'UNAUTHENTICATED');
    expectCaged(answer);
  }
}

const sees = async (api: TestApi, cookie: string): Promise<boolean> =>
  (await api.client().get('/queues', withCookie(cookie))).status === 200;

const liveSessions = async (api: TestApi, person: Person): Promise<number> => {
  const rows = await api.database.rows('SELECT 1 FROM sessions WHERE user_id = $1 AND revoked_at IS NULL', [person.id]);
  return rows.length;
};

const queueConnections = async (api: TestApi): Promise<number> => {
  const rows = await api.database.rows(
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'broadsheet-queue' AND datname = current_database()",
  );
  return rows.length;
};

describe('the dashboard', () => {
  let api: TestApi;
  let root: Person;
  let cookie: string;

  beforeAll(async () => {
    api = await TestApi.start();
    root = await createPerson(api, 'root', 'admin');
    await createPerson(api, 'editor', 'editor');
    await createPerson(api, 'ada');
  });

  afterAll(() => api.stop());

  beforeEach(async () => {
    cookie = await enter(api, 'root');
  });

  it('has opened no connection to the queue before somebody looks', async () => {
    await api.client().get('/queues', withCookie(cookie));
    expect(await queueConnections(api)).toBe(0);
  });

  describe('its form', () => {
    it('is a small page that needs no script', async () => {
      for (const path of [LOGIN, LOGOUT]) {
        const answer = await api.client().get(path);
        expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
          status: 200,
          type: HTML,
        });
        expect(answer.text).toContain(`method="post" action="${path}"`);
        expect(answer.text).not.toMatch(/<script|https?:\/\//);
        expectCaged(answer);
      }
    });

    it('gives administrators a cookie that no script reads, and no other site sends', async () => {
      for (const username of ['root', 'ROOT@example.com']) {
        const answer = await submit(api, { username, password: PASSWORD });
        expect(answer.status).toBe(303);
        expectHeader(
          answer,
          'set-cookie',
          /^broadsheet_queues=[\w.-]+; Path=\/queues; Max-Age=900; HttpOnly; SameSite=Strict$/,
        );
        expectCaged(answer);
      }
    });

    it('notes the session, as every sign-in', async () => {
      const [event] = await api.database.rows<{ type: string }>(
        'SELECT type FROM audit_events WHERE subject_id = $1 ORDER BY created_at DESC LIMIT 1',
        [root.id],
      );
      expect(event?.type).toBe('session.started');
    });

    it.each([
      { name: 'a wrong password', form: { username: 'root', password: 'wrong' } },
      { name: 'an unknown account', form: { username: 'nobody', password: PASSWORD } },
      { name: 'a wrong password of somebody else', form: { username: 'ada', password: 'wrong' } },
    ])('refuses $name, and tells no more', async ({ form }) => {
      expectRefused(await submit(api, form), 401, 'role="alert"');
    });

    it('repeats nothing that was typed', async () => {
      const { text } = await submit(api, { username: '"><b>x', password: 'hunter2hunter2' });
      expect(text).not.toMatch(/<b>|&lt;b|hunter2/);
    });

    it.each(['ada', 'editor'])('refuses %s, and ends the session that began', async (username) => {
      const person = await signIn(api, username);
      const before = await liveSessions(api, person);
      const answer = await submit(api, { username, password: PASSWORD });
      expectRefused(answer, 403, 'Not allowed.');
      expect(answer.text).not.toMatch(/role of|administrator’s/);
      expect(await liveSessions(api, person)).toBe(before);
    });

    it('refuses what is no form, or not all of it', async () => {
      expectRefused(await submit(api, { username: 'root' }), 422, 'A username and a password are needed.');
      expectRefused(await submit(api, {}), 422, 'A username and a password are needed.');
      const json = await api.client().post(LOGIN, { username: 'root', password: PASSWORD });
      expectRefused(json, 415, 'role="alert"');
    });

    it.each(['https://evil.example', 'null', 'http://localhost:3000.evil.example', 'http://localhost', 'nonsense'])(
      'refuses a form from %s',
      async (origin) => {
        expectRefused(await submit(api, { username: 'root', password: PASSWORD }, { origin }), 403, 'another site');
        const answer = await api.client().request('POST', LOGOUT, { headers: { origin, cookie } });
        expectRefused(answer, 403, 'another site');
        expect(await sees(api, cookie)).toBe(true);
      },
    );

    it('takes a form from here, by the address of the request or by PUBLIC_URL', async () => {
      for (const origin of [api.url, 'http://localhost:3000'])
        expect((await submit(api, { username: 'root', password: PASSWORD }, { origin })).status).toBe(303);
    });
  });

  describe('is closed', () => {
    it('without a cookie', () => expectClosed(api, undefined));

    it('with a cookie that was not made here', async () => {
      const [name = '', value = ''] = cookie.split('=');
      const [sessionId = '', expiry = '', signature = ''] = value.split('.');
      const later = String(Number(expiry) + 900);
      const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      for (const forged of [
        '',
        'x',
        `${sessionId}.${later}.${signature}`,
        `${sessionId}.${expiry}.${flipped}`,
        `${root.id}.${expiry}.${signature}`,
        `${sessionId}.${expiry}.`,
        `${value}.`,
        root.accessToken,
        root.refreshToken,
      ])
        expect({ forged, sees: await sees(api, `${name}=${forged}`) }).toEqual({ forged, sees: false });
      await expectClosed(api, `${name}=${sessionId}.${later}.${signature}`);
    });

    it('with the right value under another name, or beside another value', async () => {
      const value = cookie.slice(cookie.indexOf('=') + 1);
      expect(await sees(api, `queues=${value}`)).toBe(false);
      expect(await sees(api, `xbroadsheet_queues=${value}`)).toBe(false);
      expect(await sees(api, `broadsheet_queues=x; ${cookie}`)).toBe(false);
      expect(await sees(api, `a=b; ${cookie}; c=d`)).toBe(true);
    });

    it('with an access token instead', async () => {
      expect((await root.client.get('/queues')).status).toBe(303);
      expectProblem(await root.client.get('/queues/api/queues'), 401, 'UNAUTHENTICATED');
    });

    it.each([
      ['demotes', "UPDATE users SET role = 'editor' WHERE id = $1"],
      ['deactivates', 'UPDATE users SET is_active = false WHERE id = $1'],
      ['deletes', 'UPDATE users SET deleted_at = now() WHERE id = $1'],
      ['signs out', 'UPDATE sessions SET revoked_at = now() WHERE user_id = $1'],
    ])('as soon as somebody %s the account', async (_what, statement) => {
      const username = `mallory.${_what.replace(' ', '')}`;
      const mallory = await createPerson(api, username, 'admin');
      const theirs = await enter(api, username);
      expect(await sees(api, theirs)).toBe(true);
      await api.database.rows(statement, [mallory.id]);
      await expectClosed(api, theirs);
    });
  });

  describe('signing out', () => {
    it('ends the session and takes the cookie away', async () => {
      const answer = await api.client().request('POST', LOGOUT, { headers: { cookie, origin: api.url } });
      expect(answer.status).toBe(303);
      expectHeader(answer, 'location', LOGIN);
      expectHeader(answer, 'set-cookie', 'broadsheet_queues=; Path=/queues; Max-Age=0; HttpOnly; SameSite=Strict');
      await expectClosed(api, cookie);
    });

    it('takes the cookie away from those who are not signed in as well', async () => {
      const answer = await api.client().request('POST', LOGOUT, {});
      expect(answer.status).toBe(303);
    });

    it('takes more than following a link', async () => {
      await api.client().get(LOGOUT, withCookie(cookie));
      expect(await sees(api, cookie)).toBe(true);
    });
  });

  describe('to administrators', () => {
    it('is a page that names no other host, whose parts are all here', async () => {
      for (const path of PAGES) {
        const answer = await api.client().get(path, withCookie(cookie));
        expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
          status: 200,
          type: HTML,
        });
        expect(answer.text).toContain('<base href="/queues/" />');
        expect(answer.text).not.toMatch(/https?:|<%|googleapis/);
        expectCaged(answer);
        expect((await api.client().request('HEAD', path, withCookie(cookie))).status).toBe(200);
      }
      const { text } = await api.client().get('/queues', withCookie(cookie));
      const parts = [...text.matchAll(/(?:href|src)="(static\/[^"]+)"/g)].map((match) => match[1]);
      expect(parts.length).toBeGreaterThan(4);
      for (const part of parts) {
        const answer = await api.client().get(`/queues/${part}`, withCookie(cookie));
        expect({ part, status: answer.status }).toEqual({ part, status: 200 });
        expectHeader(answer, 'content-type', /^(text\/(css|javascript); charset=utf-8|image\/(svg\+xml|png))$/);
        expectCaged(answer);
      }
    });

    it('shows the queue of mails, which nobody can change', async () => {
      const answer = await api.client().get('/queues/api/queues?activeQueue=emails&page=1', withCookie(cookie));
      expect(answer.status).toBe(200);
      expect(answer.body.queues).toHaveLength(1);
      expect(answer.body.queues[0]).toMatchObject({ name: EMAIL_QUEUE, readOnlyMode: true, jobs: [] });
      expectCaged(answer);
    });

    it.each([
      '/queues/api/queues/emails/nothing',
      '/queues/api/queues/nothing/1',
      '/queues/api/nothing',
      '/queues/static/nothing.js',
      '/queues/static/../index.ejs',
      '/queues/static/..%2findex.ejs',
      '/queues/static/..%2f..%2fpackage.json',
      '/queues/static/js',
      '/queues/nothing',
    ])('has nothing at %s', async (path) => {
      const answer = await api.client().get(path, withCookie(cookie));
      expect(answer.status).toBe(404);
      expectCaged(answer);
    });

    it('lets no method by that could change anything', async () => {
      const paths = [
        '/queues',
        '/queues/api/queues/pause',
        '/queues/api/queues/emails/add',
        '/queues/api/queues/emails/pause',
        '/queues/api/queues/emails/empty',
        '/queues/api/queues/emails/obliterate',
        '/queues/api/queues/emails/retry/failed',
        '/queues/api/queues/emails/clean/completed',
        '/queues/api/queues/emails/1/promote',
        '/queues/api/queues/emails/1/update-data',
        '/queues/nothing',
      ];
      for (const path of paths)
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
          for (const options of [{}, withCookie(cookie)]) {
            const answer = await api.client().request(method, path, options);
            expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
            expectHeader(answer, 'allow', 'GET, HEAD');
            expectCaged(answer);
          }
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const answer = await api.client().request(method, LOGIN, withCookie(cookie));
        expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
        expectHeader(answer, 'allow', 'GET, HEAD, POST');
      }
    });
  });

  it('has a cookie that opens nothing else', async () => {
    const value = cookie.slice(cookie.indexOf('=') + 1);
    for (const path of ['/api/v1/users/me', JOBS, '/api/v1/admin/emails']) {
      expectProblem(await api.client().get(path, withCookie(cookie)), 401, 'UNAUTHENTICATED');
      const asBearer = { headers: { authorization: `Bearer ${value}` } };
      expectProblem(await api.client().get(path, asBearer), 401, 'INVALID_TOKEN');
    }
    expect((await api.client().post('/api/v1/posts', { title: 'x' }, withCookie(cookie))).status).toBe(401);
    expectHeader(await api.client().get('/queues', withCookie(cookie)), 'access-control-allow-credentials', null);
  });
});

describe('the cookie of the dashboard', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start({ ACCESS_TOKEN_TTL: '86400' });
    await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  it('opens nothing after fifteen minutes, whatever the browser thinks and tokens live', async () => {
    const cookie = await enter(api, 'root');
    api.travel(890);
    expect(await sees(api, cookie)).toBe(true);
    api.travel(15);
    await expectClosed(api, cookie);
  });
});

describe('the sign-in to the dashboard', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start({ LOGIN_RATE_LIMIT: '5' });
    await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  it('is limited together with all others', async () => {
    // The first try was that of `createPerson`.
    for (let attempt = 0; attempt < 4; attempt += 1)
      expect((await submit(api, { username: 'root', password: 'wrong' })).status).toBe(401);
    const answer = await submit(api, { username: 'root', password: PASSWORD });
    expectRefused(answer, 429, 'role="alert"');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const login = await api.client().post('/api/v1/auth/login', { username: 'root', password: PASSWORD });
    expectProblem(login, 429, 'TOO_MANY_ATTEMPTS');
  });
});

describe('the dashboard in production', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startInProduction();
    await api.client().post(
      '/api/v1/users',
      { email: 'root@example.com', username: 'root', password: PASSWORD },
      {
        headers: FROM_PROXY,
      },
    );
    await api.database.rows("UPDATE users SET role = 'admin'");
  });

  afterAll(() => api.stop());

  it('has a cookie for https alone', async () => {
    const headers = { ...FROM_PROXY, origin: 'https://press.test' };
    const answer = await submit(api, { username: 'root', password: PASSWORD }, headers);
    expect(answer.status).toBe(303);
    expectHeader(answer, 'set-cookie', /; HttpOnly; SameSite=Strict; Secure$/);
    const page = await api.client().get('/queues', { headers: { ...FROM_PROXY, cookie: cookieOf(answer) } });
    expect(page.status).toBe(200);
  });
});

describe('under DASHBOARD=off', () => {
  let api: TestApi;
  let root: Person;

  beforeAll(async () => {
    api = await TestApi.start({ DASHBOARD: 'off' });
    root = await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  it('there is no dashboard, by any path, and no link to one', async () => {
    for (const path of [...PAGES, ...PARTS, LOGIN, LOGOUT])
      expectProblem(await api.client().get(path), 404, 'ROUTE_NOT_FOUND');
    for (const path of [LOGIN, LOGOUT, '/queues/api/queues/emails/add'])
      expectProblem(await api.client().post(path), 404, 'ROUTE_NOT_FOUND');
    expect((await api.client().get('/')).text).not.toContain('/queues');
  });

  it('jobs are counted all the same', async () => {
    expect((await root.client.get(JOBS)).status).toBe(200);
  });
});

describe('the counts of jobs', () => {
  let api: TestApi;
  let root: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    root = await createPerson(api, 'root', 'admin');
  });

  afterAll(() => api.stop());

  it('are told by queue and state, over a connection that is opened for them', async () => {
    expect(await queueConnections(api)).toBe(0);
    expect((await root.client.get(JOBS)).body).toEqual({ items: [{ queue: EMAIL_QUEUE, counts: EMPTY }] });
    await addJobs(api.settings);
    const counts = { ...EMPTY, waiting: 2, prioritized: 1, delayed: 1 };
    expect((await root.client.get(JOBS)).body).toEqual({ items: [{ queue: EMAIL_QUEUE, counts }] });
    expect(await queueConnections(api)).toBeGreaterThan(0);
  });

  it('name those of a queue that is paused so', async () => {
    await addJobs(api.settings, (queue) => queue.pause());
    const { counts } = (await root.client.get(JOBS)).body.items[0];
    expect(counts).toMatchObject({ waiting: 0, paused: 2 });
  });

  it('read no query', async () => {
    expectProblem(await root.client.get(`${JOBS}?queue=emails`), 422, 'VALIDATION_FAILED');
  });
});

describeWithRedis('with REDIS_URL', () => {
  let redis: TestRedis;
  let api: TestApi;
  let root: Person;
  let cookie: string;

  beforeAll(async () => {
    redis = await TestRedis.start();
    api = await TestApi.start({ REDIS_URL: redis.url });
    root = await createPerson(api, 'root', 'admin');
    cookie = await enter(api, 'root');
  });

  afterAll(async () => {
    await api.stop();
    await redis.stop();
  });

  it('jobs are counted in Redis', async () => {
    await addJobs(api.settings);
    const counts = { ...EMPTY, waiting: 2, prioritized: 1, delayed: 1 };
    expect((await root.client.get(JOBS)).body).toEqual({ items: [{ queue: EMAIL_QUEUE, counts }] });
    expect(await queueConnections(api)).toBe(0);
    const board = await api.client().get('/queues/api/queues?activeQueue=emails', withCookie(cookie));
    expect(board.body.queues[0].jobs).toHaveLength(4);
    const stats = await api.client().get('/queues/api/redis/stats', withCookie(cookie));
    expect(stats.body.backend).toBe('redis');
  });

  it('and counted as paused when the queue is', async () => {
    await addJobs(api.settings, (queue) => queue.pause());
    expect((await root.client.get(JOBS)).body.items[0].counts).toMatchObject({ waiting: 0, paused: 2 });
  });

  it('a Redis that is gone is told within seconds, and everything else goes on', async () => {
    await redis.stop();
    for (let round = 0; round < 2; round += 1) {
      const started = Date.now();
      expectProblem(await root.client.get(JOBS), 503, 'SERVICE_UNAVAILABLE');
      const board = await api.client().get('/queues/api/queues', withCookie(cookie));
      expectProblem(board, 503, 'SERVICE_UNAVAILABLE');
      expectHeader(board, 'retry-after', '5');
      expect(Date.now() - started).toBeLessThan(6_000);
      expect(await sees(api, cookie)).toBe(true);
      expect((await root.client.get('/api/v1/users/me')).status).toBe(200);
    }
    await redis.startAgain();
    expect((await root.client.get(JOBS)).body).toEqual({ items: [{ queue: EMAIL_QUEUE, counts: EMPTY }] });
  });
});
