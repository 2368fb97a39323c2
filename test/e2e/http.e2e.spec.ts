import { gzipSync } from 'node:zlib';
import { createPerson, PASSWORD, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { operations } from './support/operations.js';
import { expectNoInternals, expectOAuthError, expectProblem, refusedFields } from './support/problem.js';
import { FROM_PROXY, startInProduction } from './support/production.js';
import { expectHeader, itAnswers, type Scenario } from './support/scenarios.js';
import { statusesOf } from './support/statuses.js';
import { exchange, exchangeAll, getFrom } from './support/wire.js';

const USERS = '/api/v1/users';
const POSTS = '/api/v1/posts';
const LOGIN = '/api/v1/auth/login';
const TOKEN = '/api/v1/auth/token';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ID = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const JSON_TYPE = { 'content-type': 'application/json' };
const EXPOSED = 'Location, ETag, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Deprecation, Sunset';
const MEBIBYTE = 1_048_576;

const nested = (depth: number): string => `{"title":${'['.repeat(depth)}${']'.repeat(depth)}}`;

const sized = (bytes: number): string => {
  const frame = JSON.stringify({ title: 'x', content: '' });
  return frame.replace('""', `"${'c'.repeat(bytes - frame.length)}"`);
};

const unknown = (path: string): Scenario => ({
  name: `404: ${path}`,
  method: 'GET',
  path,
  expect: { status: 404, code: 'ROUTE_NOT_FOUND', body: { instance: path.split('?', 1)[0] } },
});

const wrongMethod = (method: string, path: string, allow: string): Scenario => ({
  name: `405: ${method} ${path}`,
  method,
  path,
  expect: { status: 405, code: 'METHOD_NOT_ALLOWED', headers: { allow } },
});

const invalid = (...fields: string[]) => ({ status: 422, code: 'VALIDATION_FAILED', fields });

const times = async (count: number, ask: (index: number) => Promise<Answer>): Promise<Record<number, number>> => {
  const answers: Answer[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask(index));
  return statusesOf(answers);
};

const expectLimited = (answer: Answer, code = 'RATE_LIMITED'): void => {
  expectProblem(answer, 429, code);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
};

const forged = (index: number) => ({
  'x-forwarded-for': `203.0.113.${index}`,
  forwarded: `for=203.0.113.${index}`,
  'x-real-ip': `203.0.113.${index}`,
});

describe('the way of a request', () => {
  let api: TestApi;
  let ada: Person;
  let host: string;
  const asAda = () => ada;
  const preflight = (origin: string, method = 'PATCH') =>
    api.client().request('OPTIONS', POSTS, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization, content-type, if-match, idempotency-key',
      },
    });

  beforeAll(async () => {
    api = await TestApi.start();
    ada = await createPerson(api, 'ada');
    host = new URL(api.url).host;
  });

  afterAll(() => api.stop());

  describe('its id', () => {
    it.each(['a', 'Mine-1.2_3:4/5+6=7@8', 'x'.repeat(128)])('is taken where it is well-formed: %s', async (id) => {
      for (const path of [POSTS, '/health', '/nowhere', `${POSTS}/nowhere`]) {
        const answer = await api.client().get(path, { headers: { 'x-request-id': id } });
        expectHeader(answer, 'x-request-id', id);
        expect(answer.body.requestId ?? id).toBe(id);
      }
    });

    it.each(['', 'x'.repeat(129), 'two words', 'a"b', '<b>', 'é'])('is made anew where it is not: "%s"', async (id) => {
      const answer = await api.client().get(POSTS, { headers: { 'x-request-id': id } });
      expectHeader(answer, 'x-request-id', UUID);
    });

    it('is another for each request', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.client().get('/health')));
      expect(new Set(answers.map((answer) => answer.headers.get('x-request-id'))).size).toBe(10);
    });
  });

  describe('its path and method', () => {
    itAnswers(
      () => api,
      [
        unknown('/nowhere'),
        unknown('/api'),
        unknown('/api/v1'),
        unknown('/api/v2/posts'),
        unknown('/API/V1/POSTS'),
        unknown('/api/v1//posts'),
        unknown('/api/v1/posts/a/b/c'),
        unknown('/nowhere?secret=1'),
        unknown('/.env'),
        unknown('/assets/nothing.css'),
        unknown('/assets/..%2f..%2fpackage.json'),
      ],
    );

    itAnswers(
      () => api,
      [
        wrongMethod('DELETE', POSTS, 'GET, HEAD, POST'),
        wrongMethod('PUT', POSTS, 'GET, HEAD, POST'),
        wrongMethod('PATCH', `${POSTS}/`, 'GET, HEAD, POST'),
        wrongMethod('DELETE', USERS, 'GET, HEAD, POST'),
        wrongMethod('POST', `${POSTS}/${ID}`, 'DELETE, GET, HEAD, PATCH, PUT'),
        wrongMethod('GET', `${POSTS}/${ID}/publish`, 'POST'),
        wrongMethod('POST', `${USERS}/${ID}`, 'DELETE, GET, HEAD, PATCH, PUT'),
        wrongMethod('POST', `${USERS}/me`, 'DELETE, GET, HEAD, PATCH, PUT'),
        wrongMethod('POST', `${USERS}/${ID}/posts`, 'GET, HEAD'),
        wrongMethod('GET', LOGIN, 'POST'),
        wrongMethod('DELETE', TOKEN, 'POST'),
        wrongMethod('POST', '/', 'GET, HEAD'),
        wrongMethod('POST', '/health', 'GET, HEAD'),
        wrongMethod('POST', '/inbox/messages', 'GET, HEAD'),
      ],
    );

    itAnswers(
      () => api,
      [
        {
          name: 'a trailing slash is ignored',
          method: 'GET',
          path: `${POSTS}/`,
          expect: { status: 200, body: { items: [] } },
        },
        {
          name: 'a trailing slash opens no closed list',
          method: 'GET',
          path: `${USERS}/`,
          expect: { status: 401, code: 'UNAUTHENTICATED' },
        },
        {
          name: 'a trailing slash opens no account',
          method: 'DELETE',
          path: () => `${USERS}/${ada.id}/`,
          expect: { status: 401, code: 'UNAUTHENTICATED' },
        },
        {
          name: 'a trailing slash before a query opens nothing either',
          method: 'GET',
          path: `${USERS}/me/?limit=1`,
          expect: { status: 401, code: 'UNAUTHENTICATED' },
        },
        {
          name: 'a letter that is percent-encoded opens nothing either',
          method: 'GET',
          path: '/api/v1/%75sers/me',
          expect: { status: 401, code: 'UNAUTHENTICATED' },
        },
        {
          name: 'percent-encoding that cannot be read in a path',
          method: 'GET',
          path: `${POSTS}/%E0%A4%A`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'bytes that are not UTF-8 in a path',
          method: 'GET',
          path: `${POSTS}/%FF%FE`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'half of a surrogate pair in a path',
          method: 'GET',
          path: `${POSTS}/%ED%A0%80`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'percent-encoding that cannot be read in a query',
          method: 'GET',
          path: `${POSTS}?tag=%E0%A4%A`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'percent-encoding that cannot be read behind a second question mark',
          method: 'GET',
          path: `${POSTS}?tag=?%FF`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'half of a surrogate pair in a query',
          method: 'GET',
          path: `${POSTS}?tag=%ED%A0%80`,
          expect: { status: 400, code: 'MALFORMED_REQUEST' },
        },
        {
          name: 'NUL in a path',
          method: 'GET',
          path: `${POSTS}/a%00b`,
          expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['id'] },
        },
        {
          name: 'NUL in a query',
          method: 'GET',
          path: `${POSTS}?tag=a%00b`,
          expect: { status: 422, code: 'VALIDATION_FAILED', fields: ['tag'] },
        },
        {
          name: 'a part of a path that is longer than any in use',
          method: 'GET',
          path: `${POSTS}/${'a'.repeat(301)}`,
          expect: { status: 414, code: 'URI_TOO_LONG' },
        },
        {
          name: 'an id that is none',
          as: asAda,
          method: 'GET',
          path: `${USERS}/1%20OR%201=1`,
          expect: { status: 422, fields: ['id'] },
        },
      ],
    );

    it('names no query that a client did not expect to be repeated', async () => {
      const answer = await api.client().get('/nowhere?token=secret-of-mine');
      expect(answer.text).not.toContain('secret-of-mine');
    });
  });

  describe('its body', () => {
    const sent = (
      name: string,
      raw: string | Uint8Array,
      expectation: Scenario['expect'],
      headers: Record<string, string> = JSON_TYPE,
    ): Scenario => ({ name, as: asAda, method: 'POST', path: POSTS, raw, headers, expect: expectation });

    const malformed = { status: 400, code: 'MALFORMED_REQUEST' };
    const unsupported = { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' };
    const post = JSON.stringify({ title: 'A title', content: 'x' });

    itAnswers(
      () => api,
      [
        sent('is read as JSON', post, { status: 201 }),
        sent(
          'is read as JSON in a stated UTF-8',
          post,
          { status: 201 },
          {
            'content-type': 'Application/JSON; charset="utf-8"',
          },
        ),
        sent('may begin with a byte order mark (RFC 8259 §8.1)', `\ufeff${post}`, { status: 201 }),
        sent('that is no JSON', '{"title": ', malformed),
        sent('that is JSON with more behind it', `${post} x`, malformed),
        sent('that is JSON5', "{title: 'x'}", malformed),
        sent('that is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), malformed),
        sent('in UTF-16', Buffer.from(post, 'utf16le'), malformed),
        sent('that has a NaN', '{"title": NaN}', malformed),
        sent('that is a list', '[]', invalid('')),
        sent('that is a list of objects', `[${post}]`, invalid('')),
        sent('that is a number', '5', invalid('')),
        sent('that is a text', '"title"', invalid('')),
        sent('that is null', 'null', invalid('')),
        sent('that is true', 'true', invalid('')),
        sent('that is empty', '', invalid('content', 'title')),
        sent('that is deeper than sixteen levels', nested(17), invalid(expect.any(String))),
        sent('that is a hundred thousand levels deep', nested(100_000), invalid(expect.any(String))),
        sent(
          'with more members than any',
          JSON.stringify({ title: 'x', content: '', tags: Array.from({ length: 2_001 }, () => 'a') }),
          invalid(''),
        ),
        sent('with __proto__', '{"title":"x","content":"","__proto__":{"role":"admin"}}', invalid('__proto__')),
        sent(
          'with __proto__ within',
          '{"title":"x","content":"","a":{"b":[{"__proto__":{}}]}}',
          invalid('a.b.0.__proto__'),
        ),
        sent('with constructor', '{"title":"x","content":"","constructor":{"prototype":{}}}', invalid('constructor')),
        sent('with prototype within', '{"title":"x","content":"","a":{"prototype":1}}', invalid('a.prototype')),
        sent('with an escaped __proto__', '{"title":"x","content":"","\\u005f_proto__":{}}', invalid('__proto__')),
        sent('with NUL in a text', '{"title":"a\\u0000b","content":""}', invalid('title')),
        sent('with NUL in a name', '{"title":"x","content":"","a\\u0000b":1}', invalid(expect.any(String))),
        sent('with half of a surrogate pair', '{"title":"\\ud800","content":""}', invalid('title')),
        sent(
          'with half of a surrogate pair in a list',
          '{"title":"x","content":"","tags":["a","\\udfff"]}',
          invalid('tags.1'),
        ),
        sent('with an unknown member', '{"title":"x","content":"","colour":"red"}', invalid('colour')),
        sent('of text/plain', post, unsupported, { 'content-type': 'text/plain' }),
        sent('of text/plain that begins like JSON', post, unsupported, {
          'content-type': 'text/plain; application/json',
        }),
        sent('of application/jsonp', post, unsupported, { 'content-type': 'application/jsonp' }),
        sent('of XML', '<a/>', unsupported, { 'content-type': 'application/xml' }),
        sent('of a form, on a route for JSON', 'title=x&content=y', unsupported, {
          'content-type': 'application/x-www-form-urlencoded',
        }),
        sent('of a form with files', '--x--', unsupported, { 'content-type': 'multipart/form-data; boundary=x' }),
        sent('of nonsense', post, unsupported, { 'content-type': 'nonsense' }),
        sent('in another charset', post, unsupported, { 'content-type': 'application/json; charset=utf-16' }),
        sent('in Latin-1', post, unsupported, { 'content-type': 'application/json; charset=iso-8859-1' }),
        sent('that is compressed', gzipSync(post), unsupported, { ...JSON_TYPE, 'content-encoding': 'gzip' }),
        sent('that claims to be compressed', post, unsupported, { ...JSON_TYPE, 'content-encoding': 'br' }),
        sent('in an unknown coding', post, unsupported, { ...JSON_TYPE, 'content-encoding': 'rot13' }),
        sent('in no coding, said so', post, { status: 201 }, { ...JSON_TYPE, 'content-encoding': 'identity' }),
        sent('of one MiB', sized(MEBIBYTE), invalid('content')),
        sent('of one MiB and a byte', sized(MEBIBYTE + 1), { status: 413, code: 'BODY_TOO_LARGE' }),
        sent('of ten MiB', sized(10 * MEBIBYTE), { status: 413, code: 'BODY_TOO_LARGE' }),
        {
          name: 'of nobody is not validated',
          method: 'POST',
          path: POSTS,
          raw: '{"title":"x"}',
          headers: JSON_TYPE,
          expect: { status: 401, code: 'UNAUTHENTICATED' },
        },
        {
          name: 'is not needed where none is read',
          as: asAda,
          method: 'POST',
          path: `${POSTS}/${ID}/publish`,
          expect: { status: 404, code: 'POST_NOT_FOUND' },
        },
        {
          name: 'may be empty JSON where none is read',
          as: asAda,
          method: 'POST',
          path: `${POSTS}/${ID}/publish`,
          raw: '',
          headers: JSON_TYPE,
          expect: { status: 404, code: 'POST_NOT_FOUND' },
        },
        {
          name: 'of another type is not read where none is',
          as: asAda,
          method: 'POST',
          path: `${POSTS}/${ID}/publish`,
          raw: 'x',
          headers: { 'content-type': 'text/plain' },
          expect: unsupported,
        },
      ],
    );

    it('pollutes no prototype', async () => {
      const probe: Record<string, unknown> = {};
      expect(probe['role']).toBeUndefined();
      expect(Object.prototype).not.toHaveProperty('role');
    });

    it('that is too large is answered to whoever sends all of it first, and goes on', async () => {
      const tooMuch = ' '.repeat(10 * MEBIBYTE);
      const head = `POST ${POSTS} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${tooMuch.length}\r\n\r\n`;
      const answers = await exchangeAll(api.url, head + tooMuch + getFrom(host, '/health'));
      expect(answers.map(({ status }) => status)).toEqual([413, 200]);
    });

    it('that comes in pieces is cut off at the same size', async () => {
      const chunk = 'c'.repeat(65_536);
      const head = `POST ${POSTS} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${ada.accessToken}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
      const body = `${`10000\r\n${chunk}\r\n`.repeat(17)}0\r\n\r\n`;
      expectProblem(await exchange(api.url, head + body), 413, 'BODY_TOO_LARGE');
    });
  });

  describe('its query', () => {
    it('is refused where it has a parameter that the route does not know: every route', async () => {
      const lenient: string[] = [];
      // RFC 6749 §3.2 and RFC 7009 §2.1 have these ignore what they do not know; mail programs and gateways add to the
      // link to unsubscribe what they like.
      const lax = new Set([TOKEN, '/api/v1/auth/revoke', '/api/v1/unsubscribe']);
      const strict = operations(api).filter(({ path }) => !lax.has(path));
      for (const [index, { method, path, example }] of strict.entries()) {
        // One of them may end the session or the account that it is asked with.
        const { client } = await createPerson(api, `curious.${index}`, 'admin');
        const answer = await client.request(method, `${path.replaceAll(/\{[^}]+\}/g, ID)}?nonsense=1`, {
          body: example,
        });
        if (!refusedFields(answer).includes('nonsense')) lenient.push(`${method} ${path}: ${answer.status}`);
      }
      expect(lenient).toEqual([]);
    });
  });

  describe('its method HEAD', () => {
    it('is told apart where there is no GET', async () => {
      const answer = await api.client().request('HEAD', LOGIN);
      expect(answer).toMatchObject({ status: 405, text: '' });
      expectHeader(answer, 'allow', 'POST');
    });

    it('is answered like GET, without a body', async () => {
      const created = await ada.client.post(POSTS, { title: 'To be headed', content: 'x', published: true });
      for (const path of ['/', '/health', POSTS, `${POSTS}/${created.body.id}`, '/errors']) {
        const get = await api.client().get(path);
        const head = await api.client().request('HEAD', path);
        expect(head).toMatchObject({ status: 200, text: '' });
        for (const name of ['content-type', 'content-length', 'etag', 'cache-control'])
          expectHeader(head, name, get.headers.get(name));
      }
    });

    it('is no way round the guards', async () => {
      for (const path of [USERS, `${USERS}/me`, `${USERS}/${ada.id}`])
        expect(await api.client().request('HEAD', path)).toMatchObject({ status: 401, text: '' });
    });
  });

  describe('its origin', () => {
    it.each(['http://localhost:5173', 'http://127.0.0.1:8080', 'https://localhost', 'http://[::1]:3000'])(
      'is allowed in development: %s',
      async (origin) => {
        const answer = await preflight(origin);
        expect(answer.status).toBe(204);
        expectHeader(answer, 'access-control-allow-origin', origin);
        expectHeader(answer, 'access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
        expectHeader(answer, 'access-control-allow-headers', /authorization.*content-type.*if-match.*idempotency-key/);
        expectHeader(answer, 'access-control-max-age', '600');
        expectHeader(answer, 'access-control-allow-credentials', null);
        expectHeader(answer, 'vary', /Origin/);
      },
    );

    it.each([
      'http://evil.example',
      'http://localhost.evil.example',
      'http://evil.example/?http://localhost:3000',
      'null',
      'file://',
      'http://localhost:5173.evil.example',
    ])('is refused: %s', async (origin) => {
      expectHeader(await preflight(origin), 'access-control-allow-origin', null);
      const answer = await api.client().get(POSTS, { headers: { origin } });
      expectHeader(answer, 'access-control-allow-origin', null);
      expectHeader(answer, 'vary', /Origin/);
    });

    it('may read what the contract says, of errors too', async () => {
      const headers = { origin: 'http://localhost:5173' };
      for (const path of [POSTS, USERS, '/nowhere', `${POSTS}?limit=0`]) {
        const answer = await api.client().get(path, { headers });
        expectHeader(answer, 'access-control-allow-origin', 'http://localhost:5173');
        expectHeader(answer, 'access-control-expose-headers', EXPOSED);
      }
    });

    it('is not asked for by OPTIONS of other clients, who learn the methods of a path', async () => {
      expectHeader(await api.client().request('OPTIONS', POSTS), 'allow', /^GET, HEAD, (OPTIONS, )?POST$/);
    });

    it('does not make a path of one that is none', async () => {
      expectProblem(await api.client().request('OPTIONS', '/nowhere'), 404, 'ROUTE_NOT_FOUND');
    });
  });

  describe('the headers of its answer', () => {
    it.each([
      { path: '/', policy: /^default-src 'self';.*object-src 'none'; script-src 'self'; (?!.*script-src[^;]*unsafe)/ },
      ...[POSTS, '/nowhere', USERS, '/health'].map((path) => ({
        path,
        policy: /^default-src 'none'; frame-ancestors 'none'$/,
      })),
    ])('protect: $path', async ({ path, policy }) => {
      const answer = await api.client().get(path);
      expectHeader(answer, 'x-content-type-options', 'nosniff');
      expectHeader(answer, 'x-frame-options', 'SAMEORIGIN');
      expectHeader(answer, 'referrer-policy', 'no-referrer');
      expectHeader(answer, 'content-security-policy', policy);
      expectHeader(answer, 'strict-transport-security', null);
      expectHeader(answer, 'x-powered-by', null);
      expectHeader(answer, 'server', null);
      expectHeader(answer, 'set-cookie', null);
    });

    it('tell the time that it took, except under /auth', async () => {
      for (const path of ['/', POSTS, '/nowhere', USERS])
        expectHeader(await api.client().get(path), 'server-timing', /^total;dur=\d+(\.\d+)?$/);
      for (const path of [LOGIN, TOKEN, '/api/v1/auth/refresh', '/api/v1/auth/nowhere'])
        expectHeader(await api.client().post(path, {}), 'server-timing', null);
    });

    it('keep that time for themselves however the path is written', async () => {
      const credentials = { username: 'ada', password: 'wrong' };
      expectHeader(await api.client().post('/api/v1/%61uth/login', credentials), 'server-timing', null);
      const absolute = `POST http://${host}${LOGIN} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
      expectHeader(await exchange(api.url, absolute), 'server-timing', null);
    });

    it('let nobody keep what is personal', async () => {
      for (const path of [`${USERS}/me`, USERS, `${POSTS}?status=draft`])
        expectHeader(await ada.client.get(path), 'cache-control', /no-store|private/);
      for (const path of ['/nowhere', USERS]) expectHeader(await api.client().get(path), 'cache-control', 'no-store');
    });
  });

  describe('on the wire', () => {
    it('with headers that are too large', async () => {
      const answer = await exchange(api.url, getFrom(host, '/health', { 'X-Large': 'x'.repeat(16_384) }));
      expectProblem(answer, 431, 'HEADERS_TOO_LARGE');
    });

    it('with headers that are just not too large', async () => {
      const answer = await exchange(api.url, getFrom(host, '/health', { 'X-Large': 'x'.repeat(15_000) }));
      expect(answer.status).toBe(200);
    });

    it('with a target that is too large', async () => {
      const answer = await exchange(api.url, getFrom(host, `/${'x'.repeat(20_000)}`));
      expectProblem(answer, 431, 'HEADERS_TOO_LARGE');
    });

    it.each([
      ['garbage', 'garbage\r\n\r\n'],
      ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n'],
      ['no target', 'GET HTTP/1.1\r\n\r\n'],
      ['a version that is none', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
      ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n'],
      ['a header without a name', 'GET / HTTP/1.1\r\nHost: localhost\r\n: x\r\n\r\n'],
      ['a folded header', 'GET / HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n'],
      ['two lengths', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
      [
        'a length and pieces',
        'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['a length that is none', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n'],
      ['no host', 'GET /api/v1/posts HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ])('with %s', async (_name, bytes) => {
      expectProblem(await exchange(api.url, bytes), 400, 'MALFORMED_REQUEST');
    });

    it('in HTTP/1.0 without a host: probes are answered, others are not', async () => {
      expect((await exchange(api.url, 'GET /health HTTP/1.0\r\n\r\n')).status).toBe(200);
      expectProblem(await exchange(api.url, `GET ${POSTS} HTTP/1.0\r\n\r\n`), 421, 'MISDIRECTED_REQUEST');
    });

    it('with a method that nobody knows here', async () => {
      const answer = await exchange(api.url, getFrom(host, POSTS).replace('GET', 'PURGE'));
      expectProblem(answer, 405, 'METHOD_NOT_ALLOWED');
    });

    it('with a target of another host', async () => {
      const request = getFrom('evil.example', `http://evil.example${POSTS}`);
      expectProblem(await exchange(api.url, request), 421, 'MISDIRECTED_REQUEST');
    });
  });

  describe('its host', () => {
    it.each(['localhost', 'LOCALHOST:1234', '127.0.0.1:3000', '[::1]:3000'])('is served: %s', async (name) => {
      expect((await exchange(api.url, getFrom(name, POSTS))).status).toBe(200);
    });

    it.each(['evil.example', 'localhost.evil.example', 'evil.example:3000', '169.254.169.254'])(
      'is not served: %s',
      async (name) => {
        for (const path of [POSTS, '/', USERS, '/nowhere', '/docs', '/inbox', '/api/v1/openapi.json'])
          expectProblem(await exchange(api.url, getFrom(name, path)), 421, 'MISDIRECTED_REQUEST');
        for (const path of ['/health', '/readiness', '/metrics'])
          expect((await exchange(api.url, getFrom(name, path))).status).toBe(200);
      },
    );

    it.each(['localhost@evil.example', 'local host', 'localhost:80:80', 'localhost/', '[::1', '"localhost"'])(
      'is none: %s',
      async (name) => {
        expectProblem(await exchange(api.url, getFrom(name, POSTS)), 400, 'MALFORMED_REQUEST');
        expect((await exchange(api.url, getFrom(name, '/health'))).status).toBe(200);
      },
    );

    it('is not what a forged X-Forwarded-Host says', async () => {
      const headers = { 'X-Forwarded-Host': 'localhost' };
      expectProblem(await exchange(api.url, getFrom('evil.example', POSTS, headers)), 421, 'MISDIRECTED_REQUEST');
      const answer = await api.client().get(POSTS, { headers: { 'x-forwarded-host': 'evil.example' } });
      expect(answer.status).toBe(200);
    });
  });

  describe('without a token', () => {
    /** Everything else is closed. A route belongs here only if the contract opens it. */
    const OPEN = [
      'GET /api/v1/events',
      'GET /api/v1/posts',
      'GET /api/v1/posts/{id}',
      'GET /api/v1/tags',
      'GET /api/v1/users/{id}/posts',
      'POST /api/v1/auth/email/resend',
      'POST /api/v1/auth/email/verify',
      'POST /api/v1/auth/login',
      'POST /api/v1/auth/password/forgot',
      'POST /api/v1/auth/password/reset',
      'POST /api/v1/auth/refresh',
      'POST /api/v1/auth/revoke',
      'POST /api/v1/auth/token',
      'POST /api/v1/unsubscribe',
      'POST /api/v1/users',
    ];

    it('is refused everywhere but on these routes', async () => {
      const open: string[] = [];
      for (const { method, path } of operations(api)) {
        const answer = await api.client().request(method, path.replaceAll(/\{[^}]+\}/g, ID));
        if (answer.body?.code === 'UNAUTHENTICATED') expectProblem(answer, 401, 'UNAUTHENTICATED');
        else open.push(`${method} ${path}`);
      }
      expect(open.sort()).toEqual(OPEN);
    });

    it('is refused to those who are no administrators on the routes of theirs', async () => {
      const editor = await createPerson(api, 'editor', 'editor');
      const restricted = operations(api).filter(({ path }) => path.includes('/admin/'));
      expect(restricted.length).toBeGreaterThan(0);
      for (const { method, path } of restricted)
        for (const { client } of [ada, editor])
          expectProblem(await client.request(method, path.replaceAll(/\{[^}]+\}/g, ID)), 403, 'ROLE_REQUIRED');
    });
  });

  it('ends in no 500, whatever is thrown', async () => {
    const answers = await Promise.all([
      api.client().get(`${POSTS}?cursor=${'A'.repeat(1_024)}`),
      api.client().get(`${POSTS}/${encodeURIComponent("' OR 1=1; --")}`),
      api.client().get(`${POSTS}?tag=${encodeURIComponent('{"a":1}')}`),
      api.client().get(`${POSTS}?author=${encodeURIComponent('\u202e')}`),
      api.client().get(`${POSTS}?skip=100000&limit=100`),
      ada.client.get(`${USERS}?q=${encodeURIComponent('\\%_')}`),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500);
      expectNoInternals(answer);
    }
  });
});

describe('https and hosts in production', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startInProduction({ ALLOWED_HOSTS: 'www.press.test, other.test', CORS_ORIGINS: 'https://app.test' });
  });

  afterAll(() => api.stop());

  it.each(['/', `${POSTS}?limit=1&tag=a`, '/nowhere'])('send plain http to https: %s', async (path) => {
    const answer = await exchange(api.url, getFrom('press.test', path));
    expect(answer.status).toBe(308);
    expectHeader(answer, 'location', `https://press.test${path}`);
  });

  it.each([
    { target: `http://press.test${POSTS}?limit=1`, location: `https://press.test${POSTS}?limit=1` },
    { target: 'http://press.test', location: 'https://press.test/' },
    { target: '//evil.test/a', location: 'https://press.test//evil.test/a' },
    { target: '/\\evil.test', location: 'https://press.test/\\evil.test' },
  ])('send it nowhere else, whatever the target is: $target', async ({ target, location }) => {
    const answer = await exchange(api.url, getFrom('press.test', target));
    expect(answer.status).toBe(308);
    expectHeader(answer, 'location', location);
  });

  it.each(['http://evil.test/', 'http://evil.test@press.test.evil.test/'])(
    'do not take a good Host for the host of a target: %s',
    async (target) => {
      const answer = await exchange(api.url, getFrom('press.test', target, { 'X-Forwarded-Proto': 'https' }));
      expect([400, 421]).toContain(answer.status);
      expectProblem(answer, answer.status);
    },
  );

  it('send it to the public address, whatever host was asked', async () => {
    const answer = await exchange(api.url, getFrom('www.press.test', POSTS));
    expectHeader(answer, 'location', `https://press.test${POSTS}`);
  });

  it('send a POST to https as a POST, unread', async () => {
    const request = getFrom('press.test', LOGIN).replace('GET', 'POST');
    expect((await exchange(api.url, request)).status).toBe(308);
  });

  it.each(['press.test', 'PRESS.TEST', 'www.press.test', 'other.test:8443'])('serve %s', async (host) => {
    const answer = await exchange(api.url, getFrom(host, POSTS, { 'X-Forwarded-Proto': 'https' }));
    expect(answer.status).toBe(200);
    expectHeader(answer, 'strict-transport-security', /^max-age=\d{7,}/);
  });

  it.each(['localhost', '127.0.0.1', 'evil.test', 'press.test.evil.test'])('do not serve %s', async (host) => {
    const answer = await exchange(api.url, getFrom(host, POSTS, { 'X-Forwarded-Proto': 'https' }));
    expectProblem(answer, 421, 'MISDIRECTED_REQUEST');
    expect(answer.body.type).toBe('https://press.test/errors/MISDIRECTED_REQUEST');
  });

  it('let probes through by plain http and any host', async () => {
    for (const path of ['/health', '/readiness'])
      expect((await exchange(api.url, getFrom('10.0.0.7', path))).status).toBe(200);
  });

  it('allow the origins that are set and no localhost', async () => {
    const allowed = await api.client().get(POSTS, { headers: { ...FROM_PROXY, origin: 'https://app.test' } });
    expectHeader(allowed, 'access-control-allow-origin', 'https://app.test');
    for (const origin of ['http://localhost:3000', 'https://app.test.evil.test', 'http://app.test']) {
      const refused = await api.client().get(POSTS, { headers: { ...FROM_PROXY, origin } });
      expectHeader(refused, 'access-control-allow-origin', null);
    }
  });

  it('have no metrics without a token to ask with', async () => {
    for (const authorization of [undefined, 'Bearer undefined', 'Bearer ']) {
      const answer = await api.client().get('/metrics', { headers: { ...(authorization && { authorization }) } });
      expectProblem(answer, 404, 'ROUTE_NOT_FOUND');
    }
  });
});

describe('FORCE_HTTPS with an untrusted proxy', () => {
  it('is not satisfied by a forged X-Forwarded-Proto', async () => {
    const api = await TestApi.start({ FORCE_HTTPS: 'on' });
    const answer = await exchange(api.url, getFrom('localhost', POSTS, { 'X-Forwarded-Proto': 'https' }));
    expect(answer.status).toBe(308);
    expectHeader(answer, 'location', `https://localhost:3000${POSTS}`);
    await api.stop();
  });
});

describe('ALLOWED_HOSTS=*', () => {
  it('serves every host', async () => {
    const api = await TestApi.start({ ALLOWED_HOSTS: '*' });
    expect((await exchange(api.url, getFrom('anything.example', POSTS))).status).toBe(200);
    await api.stop();
  });
});

describe('CORS_ORIGINS=*', () => {
  it('allows every origin outside production', async () => {
    const api = await TestApi.start({ CORS_ORIGINS: '*' });
    const answer = await api.client().get(POSTS, { headers: { origin: 'https://anywhere.example' } });
    expectHeader(answer, 'access-control-allow-origin', /^(\*|https:\/\/anywhere\.example)$/);
    await api.stop();
  });
});

describe('metrics', () => {
  it('are there for everybody in development', async () => {
    const api = await TestApi.start();
    await api.client().get(POSTS);
    const answer = await api.client().get('/metrics');
    expect(answer.status).toBe(200);
    expectHeader(answer, 'content-type', /^text\/plain; version=0\.0\.4/);
    expect(answer.text).toMatch(/^http_request_duration_seconds_count\{.*route="\/api\/v1\/posts".*\} 1$/m);
    expect(answer.text).toMatch(/^outbox_events\{state="pending"\} 0$/m);
    await api.stop();
  });

  it('are for whoever has METRICS_TOKEN, where there is one', async () => {
    const api = await TestApi.start({ METRICS_TOKEN: 'a-token-for-the-metrics' });
    const admin = await createPerson(api, 'root', 'admin');
    expectProblem(await api.client().get('/metrics'), 401, 'UNAUTHENTICATED');
    for (const client of [api.client('another-token-for-it'), api.client('a-token-for-the-metric'), admin.client])
      expectProblem(await client.get('/metrics'), 401, 'INVALID_TOKEN');
    expect((await api.client('a-token-for-the-metrics').get('/metrics')).status).toBe(200);
    await api.stop();
  });
});

describe('rate limits', () => {
  let api: TestApi;

  afterEach(() => api.stop());

  const tried = (username: string, password = 'wrong', headers: Record<string, string> = {}) =>
    api.client().post(LOGIN, { username, password }, { headers });

  const startWith = async (limit: string): Promise<Person> => {
    api = await TestApi.start({ LOGIN_RATE_LIMIT: limit, TRUSTED_PROXIES: '127.0.0.1' });
    const ada = await createPerson(api, 'ada');
    await createPerson(api, 'bob');
    return ada;
  };

  it('stop a client, and tell it where it stands', async () => {
    api = await TestApi.start({ RATE_LIMIT: '5' });
    for (const remaining of [4, 3, 2, 1, 0]) {
      const answer = await api.client().get(POSTS);
      expect(answer.status).toBe(200);
      expectHeader(answer, 'ratelimit-policy', '"client";q=5;w=60');
      expectHeader(answer, 'ratelimit', new RegExp(`^"client";r=${remaining};t=\\d+$`));
    }
    const refused = await api.client().get(POSTS, { headers: { origin: 'http://localhost:5173' } });
    expectLimited(refused);
    expectHeader(refused, 'ratelimit', /^"client";r=0;t=\d+$/);
    expectHeader(refused, 'access-control-allow-origin', 'http://localhost:5173');
    expectHeader(refused, 'access-control-expose-headers', EXPOSED);
    for (const path of ['/nowhere', '/', '/docs']) expectLimited(await api.client().get(path));
  });

  it('count what is refused, and do not read the body of what is too much', async () => {
    api = await TestApi.start({ RATE_LIMIT: '3' });
    expect(await times(3, () => api.client().get('/nowhere'))).toEqual({ 404: 3 });
    expectLimited(await api.client().post(POSTS, undefined, { raw: 'x', headers: { 'content-type': 'text/plain' } }));
  });

  it('never hold for probes', async () => {
    api = await TestApi.start({ RATE_LIMIT: '2' });
    for (const path of ['/health', '/readiness', '/metrics'])
      expect(await times(10, () => api.client().get(path))).toEqual({ 200: 10 });
    expect(await times(3, () => api.client().get(POSTS))).toEqual({ 200: 2, 429: 1 });
  });

  it('are not got round by a forged X-Forwarded-For', async () => {
    api = await TestApi.start({ RATE_LIMIT: '5' });
    expect(await times(8, (index) => api.client().get(POSTS, { headers: forged(index) }))).toEqual({ 200: 5, 429: 3 });
  });

  it('are counted for each client behind a trusted proxy, by what the proxy itself has added', async () => {
    api = await TestApi.start({ RATE_LIMIT: '5', TRUSTED_PROXIES: '127.0.0.0/8' });
    const from = (forwarded: string) => () => api.client().get(POSTS, { headers: { 'x-forwarded-for': forwarded } });
    expect(await times(5, from('203.0.113.1'))).toEqual({ 200: 5 });
    expect(await times(2, from('203.0.113.1'))).toEqual({ 429: 2 });
    expect(await times(2, from('203.0.113.2'))).toEqual({ 200: 2 });
    const lying = (index: number) => from(`198.51.100.${index}, 203.0.113.1`)();
    expect(await times(5, lying)).toEqual({ 429: 5 });
  });

  it('count a whole /64 of IPv6 as one client', async () => {
    api = await TestApi.start({ RATE_LIMIT: '5', TRUSTED_PROXIES: '127.0.0.1' });
    const from = (address: string) => api.client().get(POSTS, { headers: { 'x-forwarded-for': address } });
    expect(await times(8, (index) => from(`2001:db8:0:1::${index + 1}`))).toEqual({ 200: 5, 429: 3 });
    expect((await from('2001:db8:0:2::1')).status).toBe(200);
  });

  it('count an account wherever it asks from', async () => {
    api = await TestApi.start({ RATE_LIMIT: '20', TRUSTED_PROXIES: '127.0.0.1' });
    const ada = await createPerson(api, 'ada');
    const bob = await createPerson(api, 'bob');
    const asked = await times(25, (index) =>
      ada.client.get(POSTS, { headers: { 'x-forwarded-for': `203.0.113.${index}` } }),
    );
    expect(asked).toEqual({ 200: 19, 429: 6 });
    expect((await bob.client.get(POSTS)).status).toBe(200);
  });

  it('hold for tokens that are none, too', async () => {
    api = await TestApi.start({ RATE_LIMIT: '2' });
    const asked = await times(25, (index) => api.client(`guess-${index}`).get(`${USERS}/me`));
    expect(asked).toEqual({ 401: 20, 429: 5 });
  });

  it('hold for signing up, tighter than for reading, but not for administrators', async () => {
    api = await TestApi.start({ RATE_LIMIT: '25', TRUSTED_PROXIES: '127.0.0.1' });
    const signUp = (client = api.client(), address = '203.0.113.1') =>
      client.post(
        USERS,
        { email: `${Math.random()}@example.com`, password: PASSWORD },
        { headers: { 'x-forwarded-for': address } },
      );
    expect(await times(3, () => signUp())).toEqual({ 201: 3 });
    expectLimited(await signUp());
    expect((await signUp(api.client(), '203.0.113.2')).status).toBe(201);
    expect((await api.client().get(POSTS, { headers: { 'x-forwarded-for': '203.0.113.1' } })).status).toBe(200);
    const admin = await createPerson(api, 'root', 'admin');
    expect(await times(5, () => signUp(admin.client))).toEqual({ 201: 5 });
  });

  describe('of signing in', () => {
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };

    it('stop after so many tries for one account, known or not, with the right password too', async () => {
      await startWith('3');
      for (const account of ['bob', 'nobody']) {
        expect(await times(3, () => tried(account, 'wrong', elsewhere))).toEqual({ 401: 3 });
        expectLimited(await tried(account, 'wrong', elsewhere), 'TOO_MANY_ATTEMPTS');
        expectLimited(await tried(account, PASSWORD, elsewhere), 'TOO_MANY_ATTEMPTS');
      }
    });

    it('do not stop another account, another client, or a session that is live', async () => {
      const ada = await startWith('3');
      await times(6, () => tried('ada', 'wrong', elsewhere));
      expect((await tried('bob', PASSWORD, elsewhere)).status).toBe(200);
      expect((await tried('ada', PASSWORD)).status).toBe(200);
      expect((await ada.client.get(`${USERS}/me`, { headers: elsewhere })).status).toBe(200);
      const refresh = { refresh_token: ada.refreshToken };
      expect((await api.client().post('/api/v1/auth/refresh', refresh, { headers: elsewhere })).status).toBe(200);
    });

    it('count the same account by whatever case and form', async () => {
      await startWith('3');
      const names = ['ada', 'ADA', 'Ada'];
      expect(await times(3, (index) => tried(names[index] ?? '', 'wrong', elsewhere))).toEqual({ 401: 3 });
      const form = { grant_type: 'password', username: 'aDa', password: PASSWORD };
      expectOAuthError(
        await api.client().request('POST', TOKEN, { form, headers: elsewhere }),
        429,
        'temporarily_unavailable',
      );
      expectLimited(
        await api.client().request('POST', LOGIN, { form: { username: 'adA', password: 'x' }, headers: elsewhere }),
        'TOO_MANY_ATTEMPTS',
      );
    });

    it('count a username and an address apart, so as not to tell that they are one account’s', async () => {
      await startWith('3');
      expect(await times(3, () => tried('ada', 'wrong', elsewhere))).toEqual({ 401: 3 });
      expectLimited(await tried('ada', 'wrong', elsewhere), 'TOO_MANY_ATTEMPTS');
      expect(await times(3, () => tried('ada@example.com', 'wrong', elsewhere))).toEqual({ 401: 3 });
      expectLimited(await tried('ada@example.com', 'wrong', elsewhere), 'TOO_MANY_ATTEMPTS');
    });

    it('stop a client that goes from account to account', async () => {
      await startWith('2');
      expect(await times(20, (index) => tried(`account.${index}`, 'wrong', elsewhere))).toEqual({ 401: 20 });
      expectLimited(await tried('account.20', 'wrong', elsewhere), 'TOO_MANY_ATTEMPTS');
    });

    it('do not count a refresh at the token endpoint, which is no try', async () => {
      const ada = await startWith('3');
      let { refreshToken } = ada;
      for (let turn = 0; turn < 6; turn += 1) {
        const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
        const { status, body } = await api.client().request('POST', TOKEN, { form, headers: elsewhere });
        expect({ turn, status }).toEqual({ turn, status: 200 });
        refreshToken = body.refresh_token;
      }
    });
  });
});
