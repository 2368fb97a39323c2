import { Client } from 'pg';
import { DEMO_PASSWORD } from '../../src/common/demo/demo-accounts.js';
import { PROBLEMS } from '../../src/common/errors/problems.js';
import { VERSION } from '../../src/core/openapi/version.js';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import { FROM_PROXY, startInProduction } from './support/production.js';
import { expectProblem } from './support/problem.js';
import { expectHeader, itAnswers, type Scenario } from './support/scenarios.js';

const HTML = 'text/html; charset=utf-8';
const ID = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';

const linksOf = (text: string): string[] =>
  [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? '').filter((link) => link.startsWith('/'));

const showing = (path: string, present: string[], absent: string[] = []): Scenario => ({
  name: path,
  method: 'GET',
  path,
  expect: {
    status: 200,
    present: ['<!doctype html>', '<html lang="en">', '<h1>', ...present],
    absent: ['undefined', '[object Object]', ' style="', '<script>', ...absent],
    headers: { 'content-type': HTML, 'cache-control': 'no-store' },
  },
});

describe('the pages', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(() => api.stop());

  itAnswers(
    () => api,
    [
      showing('/', [
        'href="/docs"',
        'href="/api/v1/openapi.json"',
        'href="/live"',
        'href="/errors"',
        'href="/queues"',
        'href="/inbox"',
        "curl 'http://localhost:3000/api/v1/posts?limit=3'",
        'id="summary" role="status"',
        `Broadsheet ${VERSION}.`,
      ]),
      showing(
        '/errors',
        Object.keys(PROBLEMS).map((code) => `href="/errors/${code}"`),
      ),
      showing('/live', ['role="log"', '<noscript>', 'src="/assets/live.js"']),
      showing('/verify', ['<button', '<noscript>', 'src="/assets/verify.js"']),
      showing('/verify?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E', ['<button'], ['alert(1)']),
      showing('/inbox', ['No mail yet.', 'src="/assets/inbox.js"']),
      ...Object.entries(PROBLEMS).map(([code, { status }]) =>
        showing(
          `/errors/${code}`,
          [code, `HTTP/1.1 ${status} `, 'application/problem+json', `&quot;code&quot;: &quot;${code}&quot;`],
          ['`'],
        ),
      ),
      ...['nothing', 'validation_failed', '__proto__', 'constructor', '%3Cscript%3E'].map((code): Scenario => ({
        name: `no page for the code ${code}`,
        method: 'GET',
        path: `/errors/${code}`,
        expect: { status: 404, code: 'ROUTE_NOT_FOUND' },
      })),
    ],
  );

  it('have no link that leads nowhere', async () => {
    const seen = new Set<string>();
    for (const path of ['/', '/errors', '/verify', '/inbox']) {
      const links = linksOf((await api.client().get(path)).text);
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) seen.add(link);
    }
    for (const link of seen) {
      const { status } = await api.client().get(link);
      expect({ link, ok: [200, 302, 303, 308].includes(status) }).toEqual({ link, ok: true });
    }
  });

  it('are where errors say that their page is', async () => {
    const { body } = await api.client().get('/nowhere');
    expect((await api.client().get(new URL(body.type).pathname)).text).toContain('ROUTE_NOT_FOUND');
  });

  it('have their style and scripts from here, of the right type, and not sent again', async () => {
    for (const [name, type] of [
      ['style.css', 'text/css; charset=utf-8'],
      ['verify.js', 'text/javascript; charset=utf-8'],
      ['inbox.js', 'text/javascript; charset=utf-8'],
    ] as const) {
      const answer = await api.client().get(`/assets/${name}`);
      expect(answer.status).toBe(200);
      expectHeader(answer, 'content-type', type);
      expectHeader(answer, 'cache-control', /public/);
      const again = await api.client().get(`/assets/${name}`, {
        headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
      });
      expect(again).toMatchObject({ status: 304, text: '' });
    }
  });
});

const siteFile = (path: string, present: string[]): Scenario => ({
  name: path,
  method: 'GET',
  path,
  // A token that is of no use to anybody does not stand in the way.
  headers: { authorization: 'Bearer nonsense' },
  expect: {
    status: 200,
    present,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  },
});

describe('the files of every site', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(() => api.stop());

  itAnswers(
    () => api,
    [
      siteFile('/.well-known/security.txt', [
        'Contact: http://localhost:3000\n',
        'Canonical: http://localhost:3000/.well-known/security.txt\n',
      ]),
      siteFile('/robots.txt', ['User-agent: *\nDisallow: /api/\n']),
      {
        name: '/favicon.ico',
        method: 'GET',
        path: '/favicon.ico',
        expect: {
          status: 200,
          present: ['<svg '],
          headers: { 'content-type': 'image/svg+xml', 'cache-control': 'public, no-cache', etag: /^"[\w-]{22}"$/ },
        },
      },
    ],
  );

  it('say that they expire within a year of today, whichever day it is', async () => {
    api.travel(3 * 86_400);
    const { text } = await api.client().get('/.well-known/security.txt');
    const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '');
    const days = (expires - Date.now()) / 86_400_000 - 3;
    expect(days).toBeGreaterThan(362.9);
    expect(days).toBeLessThan(365);
  });
});

describe('the status', () => {
  let api: TestApi;
  let ada: Person;

  /** A report is good for two seconds. */
  const parts = async () => {
    api.travel(2);
    return (await api.client().get('/status')).body.parts;
  };

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    await api.database.rows('DELETE FROM outbox_events');
  });

  afterAll(() => api.stop());

  const owe = (state: string, inSeconds: number) =>
    api.database.rows(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, next_try_at)
        VALUES (gen_random_uuid(), 'welcome', $1, 'a@b.example', 'a@b.example', $2, now() + $3 * interval '1 second')`,
      [ada.id, state, inSeconds],
    );

  it('is told to anybody, and says that no worker is there', async () => {
    const { status, body } = await api.client().get('/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      version: VERSION,
      status: 'down',
      parts: {
        database: { state: 'up' },
        migrations: { state: 'up' },
        queue: { state: 'up' },
        workers: { state: 'down', detail: 'none is connected' },
        mails: { state: 'up', detail: 'none owed' },
      },
    });
  });

  it('knows a worker by its connection, and one that does not keep up by what waits', async () => {
    const worker = new Client({ connectionString: api.database.url, application_name: 'broadsheet-outbox' });
    await worker.connect();
    try {
      expect(await parts()).toMatchObject({ workers: { state: 'up', detail: '1 connected' } });
      await api.database.rows(
        `INSERT INTO outbox_events (id, type, payload, next_try_at)
          VALUES (gen_random_uuid(), 'nothing', '{}', now() - interval '31 seconds')`,
      );
      expect(await parts()).toMatchObject({ workers: { state: 'late' } });
    } finally {
      await worker.end();
    }
  });

  it('counts the mails that are owed, of which those that have to wait are not late', async () => {
    await owe('sent', -3_600);
    await owe('pending', 3_600);
    expect((await parts())['mails']).toEqual({ state: 'up', detail: '1 owed' });
    await owe('sending', -31);
    expect((await parts())['mails']).toEqual({ state: 'late', detail: '2 owed' });
  });
});

describe('the documentation', () => {
  let api: TestApi;

  afterEach(() => api.stop());

  it('is Swagger UI, whose parts are all served from here', async () => {
    api = await TestApi.start();
    const answer = await api.client().get('/docs');
    expect(answer.status).toBe(200);
    expectHeader(answer, 'content-type', /^text\/html/);
    expect(answer.text).toContain('swagger-ui');
    const parts = [...answer.text.matchAll(/(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      expect(new URL(part, api.url).origin).toBe(api.url);
      expect({ part, status: (await api.client().get(new URL(part, `${api.url}/docs`).pathname)).status }).toEqual({
        part,
        status: 200,
      });
    }
    expect((await api.client().get('/docs/')).status).toBe(200);
  });

  it('is ReDoc as well, under a policy that knows no other host', async () => {
    api = await TestApi.start();
    const answer = await api.client().get('/redoc');
    expect(answer.status).toBe(200);
    expectHeader(answer, 'content-type', HTML);
    expectHeader(answer, 'content-security-policy', /^default-src 'none'; (?!.*(?:https?:|\*)).*worker-src blob:$/);
    const parts = linksOf(answer.text).filter((part) => part.startsWith('/assets/') || part.startsWith('/redoc/'));
    expect(parts).toHaveLength(4);
    for (const part of parts)
      expect({ part, status: (await api.client().get(part)).status }).toEqual({ part, status: 200 });

    const script = await api.client().get('/redoc/redoc.standalone.js');
    expectHeader(script, 'content-type', 'text/javascript; charset=utf-8');
    expectHeader(script, 'cache-control', 'public, no-cache');
    expect(script.text).not.toContain('cdn.redoc.ly');
    const headers = { 'if-none-match': script.headers.get('etag') ?? '' };
    expect(await api.client().get('/redoc/redoc.standalone.js', { headers })).toMatchObject({ status: 304, text: '' });
  });

  it('tells the demo logins where there are some, and nowhere else', async () => {
    const seen = async () => [
      (await api.client().get('/')).text.includes(DEMO_PASSWORD),
      (await api.client().get('/api/v1/openapi.json')).text.includes(DEMO_PASSWORD),
    ];
    api = await TestApi.start({ DEMO_LOGINS: 'on' });
    expect(await seen()).toEqual([true, true]);
    await api.stop();
    api = await TestApi.start();
    expect(await seen()).toEqual([false, false]);
  });

  it('is an OpenAPI 3.1 document with every route of the API', async () => {
    api = await TestApi.start();
    const { status, body, headers } = await api.client().get('/api/v1/openapi.json');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/api/v1/users', '/api/v1/posts/{id}/publish', '/api/v1/auth/token']),
    );
    expect(JSON.stringify(body)).not.toContain('x-broadsheet');
  });

  it('is found from under the API as well', async () => {
    api = await TestApi.start();
    const answer = await api.client().get('/api/v1/docs');
    expect([301, 302, 307, 308]).toContain(answer.status);
    expectHeader(answer, 'location', /\/docs$/);
  });

  it('has no page under DOCS=off, while programs find the document', async () => {
    api = await TestApi.start({ DOCS: 'off' });
    const pages = [
      '/docs',
      '/docs/',
      '/docs/index.html',
      '/docs/swagger-ui.css',
      '/redoc',
      '/redoc/redoc.standalone.js',
    ];
    for (const path of pages) expectProblem(await api.client().get(path), 404, 'ROUTE_NOT_FOUND');
    expect((await api.client().get('/api/v1/openapi.json')).body.openapi).toBe('3.1.0');
  });

  it('is not linked from the landing page under DOCS=off', async () => {
    api = await TestApi.start({ DOCS: 'off' });
    const { text } = await api.client().get('/');
    expect(text).not.toContain('href="/docs"');
    expect(text).not.toContain('href="/redoc"');
  });
});

describe('the inbox', () => {
  let api: TestApi;
  let ada: Person;
  let mallory: Person;

  const mailTo = async (person: Person, minutesAgo: number, state: string): Promise<void> => {
    await api.database.rows(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, tries, last_answer, created_at)
        VALUES (gen_random_uuid(), 'welcome', $1, $2, lower($2), $3, 1, '250 <b>OK</b>', now() - $4 * interval '1 minute')`,
      [person.id, person.email, state, minutesAgo],
    );
  };

  const messages = async (query = '') => (await api.client().get(`/inbox/messages${query}`)).body;

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    mallory = await createPerson(api, 'mallory');
    await mallory.client.patch('/api/v1/users/me', { fullName: '<script>alert(1)</script>' });
    await mailTo(ada, 3, 'sent');
    await mailTo(mallory, 2, 'failed');
    await mailTo(ada, 1, 'pending');
  });

  afterAll(() => api.stop());

  it('lists mails newest first, as JSON', async () => {
    const { items, page } = await messages();
    expect(items.map((item: { to: string; status: string }) => [item.to, item.status])).toEqual([
      ['ada@example.com', 'pending'],
      ['mallory@example.com', 'failed'],
      ['ada@example.com', 'sent'],
    ]);
    expect(page).toEqual({ limit: 20, hasMore: false, nextCursor: null });
    expect(Object.keys(items[0]).sort()).toEqual(
      ['createdAt', 'id', 'kind', 'lastAnswer', 'sentAt', 'status', 'subject', 'to', 'tries'].sort(),
    );
  });

  it.each([
    ['?to=ada@example.com', 2],
    ['?to=ADA@Example.com', 2],
    ['?to=ada', 0],
    ['?to=%25', 0],
    ['?limit=1', 1],
    ['?skip=2', 1],
  ])('is searched by %s', async (query, count) => {
    expect((await messages(query)).items).toHaveLength(count);
  });

  it('is walked by its cursor', async () => {
    const first = await messages('?limit=2');
    const rest = await messages(`?limit=2&cursor=${first.page.nextCursor}`);
    const ids = [...first.items, ...rest.items].map((item: { id: string }) => item.id);
    expect(new Set(ids).size).toBe(3);
    expect(rest.page.hasMore).toBe(false);
  });

  it('shows a mail with its link, in HTML and as text', async () => {
    const { items } = await messages('?to=ada@example.com');
    const { body } = await api.client().get(`/inbox/messages/${items[0].id}`);
    const link = /https?:\/\/\S+/.exec(body.text)?.[0] ?? '';
    expect(link).toMatch(/^http:\/\/localhost:3000\/verify\?token=[\w-]{40,}$/);
    expect(body.html).toContain(`href="${link}"`);
    expect(body.subject).toContain('Welcome');
  });

  it('shows the headers of a mail, and what became of it', async () => {
    const { items } = await messages('?status=sent');
    const attempt = { at: '2026-11-20T21:00:00.000Z', state: 'sent', answer: '250 <b>OK</b>' };
    await api.database.rows('UPDATE emails SET history = $2, sent_at = $3 WHERE id = $1', [
      items[0].id,
      JSON.stringify([attempt]),
      attempt.at,
    ]);
    const { body } = await api.client().get(`/inbox/messages/${items[0].id}`);
    expect(body.headers).toEqual({
      From: 'Broadsheet <broadsheet@localhost>',
      To: ada.email,
      Subject: body.subject,
      Date: 'Fri, 20 Nov 2026 21:00:00 GMT',
      'Message-ID': `<${items[0].id}@localhost>`,
      'Auto-Submitted': 'auto-generated',
    });
    expect(body.history).toEqual([{ at: attempt.at, status: 'sent', answer: attempt.answer }]);
    const { text } = await api.client().get(`/inbox?id=${items[0].id}`);
    for (const part of [`&lt;${items[0].id}@localhost&gt;`, `datetime="${attempt.at}"`, '250 &lt;b&gt;OK&lt;/b&gt;'])
      expect(text).toContain(part);
  });

  it('keeps on the page what was searched for, in its links too', async () => {
    const { items } = await messages('?to=ada@example.com');
    const { text } = await api.client().get('/inbox?to=ada%40example.com&status=sent');
    expect(text).toContain('value="ada@example.com"');
    expect(text).toMatch(/<option\s+selected>sent</);
    const links = linksOf(text).filter((link) => link.includes('id='));
    expect(links).toEqual([`/inbox?status=sent&amp;to=ada%40example.com&amp;id=${items[1].id}`]);
  });

  it('shows the HTML of a mail in a cage', async () => {
    const { items } = await messages('?to=ada@example.com');
    const answer = await api.client().get(`/inbox/messages/${items[0].id}/html`);
    expect(answer.status).toBe(200);
    expectHeader(answer, 'content-type', HTML);
    expectHeader(answer, 'content-security-policy', /^default-src 'none';(?!.*script-src).*frame-ancestors 'self'$/);
    expect(answer.text).toContain('<base target="_blank">');
    const page = await api.client().get(`/inbox?id=${items[0].id}`);
    const frame = /<iframe[^>]*>/.exec(page.text)?.[0] ?? '';
    expect(frame).toContain(`src="/inbox/messages/${items[0].id}/html"`);
    expect(frame).toMatch(/sandbox="[^"]*"/);
    expect(frame).not.toMatch(/allow-(scripts|same-origin|top-navigation)/);
  });

  it('escapes what people write', async () => {
    const { items } = await messages('?to=mallory@example.com');
    for (const path of [`/inbox?id=${items[0].id}`, `/inbox/messages/${items[0].id}/html`]) {
      const { text } = await api.client().get(path);
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('<b>OK</b>');
    }
    const html = await api.client().get(`/inbox/messages/${items[0].id}/html`);
    expect(html.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('still lists the mail of an account that is gone, without its link', async () => {
    const gone = await createPerson(api, 'gone');
    await mailTo(gone, 0, 'cancelled');
    await gone.client.delete('/api/v1/users/me');
    const { items } = await messages('?to=gone@example.com');
    const { body } = await api.client().get(`/inbox/messages/${items[0].id}`);
    expect(JSON.stringify(body)).not.toContain('token=');
    await api.database.rows('DELETE FROM emails WHERE to_address = $1', [gone.email]);
  });

  itAnswers(
    () => api,
    [
      ...['/inbox/messages/', '/inbox?id='].map((path): Scenario => ({
        name: `has no mail that is not there: ${path}`,
        method: 'GET',
        path: `${path}${ID}`,
        expect: { status: 404, code: 'EMAIL_NOT_FOUND' },
      })),
      ...(
        [
          ['/inbox/messages/nonsense', 'id'],
          ['/inbox/messages/nonsense/html', 'id'],
          ['/inbox?id=nonsense', 'id'],
          ['/inbox?nonsense=1', 'nonsense'],
          ['/inbox/messages?limit=0', 'limit'],
          ['/inbox/messages?cursor=nonsense', 'cursor'],
          ['/inbox/messages?to=a&to=b', 'to'],
          ['/inbox/messages?status=lost', 'status'],
        ] as const
      ).map(([path, field]): Scenario => ({
        name: `refuses ${path}`,
        method: 'GET',
        path,
        expect: { status: 422, fields: [field] },
      })),
    ],
  );
});

describe('the log of mails', () => {
  let api: TestApi;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    admin = await createPerson(api, 'root', 'admin');
    await api.database.rows(
      `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, tries, last_answer)
        SELECT gen_random_uuid(), 'welcome', $1, 'To' || n || '@example.com', 'to' || n || '@example.com',
          CASE WHEN n = 1 THEN 'failed' ELSE 'sent' END, 1, '250 OK' FROM generate_series(1, 5) n`,
      [admin.id],
    );
  });

  afterAll(() => api.stop());

  it.each([
    ['', 5],
    ['?status=failed', 1],
    ['?status=sent&limit=100', 4],
    ['?to=TO3@example.com', 1],
    ['?kind=welcome&status=pending', 0],
  ])('is read by administrators: %s', async (query, count) => {
    const { status, body } = await admin.client.get(`/api/v1/admin/emails${query}`);
    expect(status).toBe(200);
    expect(body.items).toHaveLength(count);
  });

  it('never shows a text or a link', async () => {
    const { body, text } = await admin.client.get('/api/v1/admin/emails');
    expect(text).not.toMatch(/token|html|verify/);
    const one = await admin.client.get(`/api/v1/admin/emails/${body.items[0].id}`);
    expect(one.body).toEqual({ ...body.items[0], history: [] });
  });

  itAnswers(
    () => api,
    [
      {
        name: 'has no mail that is not there',
        as: () => admin,
        method: 'GET',
        path: `/api/v1/admin/emails/${ID}`,
        expect: { status: 404, code: 'EMAIL_NOT_FOUND' },
      },
      {
        name: 'knows no other state',
        as: () => admin,
        method: 'GET',
        path: '/api/v1/admin/emails?status=lost',
        expect: { status: 422, fields: ['status'] },
      },
      {
        name: 'knows no other kind',
        as: () => admin,
        method: 'GET',
        path: '/api/v1/admin/emails?kind=spam',
        expect: { status: 422, fields: ['kind'] },
      },
    ],
  );
});

describe('in production', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startInProduction();
  });

  afterAll(() => api.stop());

  it('there is no inbox, by any path, and no link to one', async () => {
    for (const path of ['/inbox', '/inbox/', '/inbox/messages', `/inbox/messages/${ID}`, `/inbox/messages/${ID}/html`])
      expectProblem(await api.client().get(path, { headers: FROM_PROXY }), 404, 'ROUTE_NOT_FOUND');
    const landing = await api.client().get('/', { headers: FROM_PROXY });
    expect(landing.status).toBe(200);
    expect(landing.text).not.toContain('/inbox');
    const { text } = await api.client().get('/status', { headers: FROM_PROXY });
    // Words alone: how many workers there are, and what they owe, is nobody's business.
    expect(JSON.parse(text)).toMatchObject({ parts: { workers: { state: 'down' }, mails: { state: 'up' } } });
    expect(text).not.toMatch(/detail|owed|connected/);
    expect(landing.text).toContain("curl 'https://press.test/api/v1/posts?limit=3'");
  });
});
