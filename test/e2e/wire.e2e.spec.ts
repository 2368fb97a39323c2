import { connect, type Socket } from 'node:net';
import { TestApi } from '../support/test-api.js';
import { expectProblem } from './support/problem.js';
import { exchangeAll } from './support/wire.js';

const POSTS = '/api/v1/posts';
const USERS = '/api/v1/users';

const lines = (...texts: string[]): string => texts.map((text) => `${text}\r\n`).join('');

const HOST = 'Host: localhost';
const LAST = lines('GET /health HTTP/1.1', HOST, 'Connection: close', '');

/** What a smuggler wants to be run: it would make an account. */
const BODY = JSON.stringify({ email: 'smuggled@example.com', password: 'correct horse battery' });
const SMUGGLED = `${lines(
  `POST ${USERS} HTTP/1.1`,
  HOST,
  'Content-Type: application/json',
  `Content-Length: ${BODY.length}`,
  '',
)}${BODY}`;

/** A POST that has these headers and bytes, and behind it what must not be run. */
const smuggling = (headers: string[], bytes = '0\r\n\r\n', version = '1.1'): string =>
  lines(`POST ${POSTS} HTTP/${version}`, HOST, 'Content-Type: application/json', ...headers, '') + bytes + SMUGGLED;

const chunked = (bytes: string): string => smuggling(['Transfer-Encoding: chunked'], bytes);

const get = (target: string, headers: string[] = [HOST], version = '1.1'): string =>
  lines(`GET ${target} HTTP/${version}`, ...headers, '');

interface Row {
  name: string;
  bytes: string;
  /** Of all answers on the connection. */
  statuses: number[];
}

/** Refused with the last answer of the connection, whatever comes behind. */
const refused = (name: string, bytes: string, status = 400): Row => ({ name, bytes, statuses: [status] });

describe('on the wire', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start();
  });

  afterAll(async () => {
    // Whatever came, nothing was run that was not to be run, and the process serves.
    expect(await api.database.rows('SELECT email FROM users')).toEqual([]);
    expect((await api.client().get(POSTS)).status).toBe(200);
    await api.stop();
  });

  it('a request that is smuggled in the open would make an account, so that its absence tells something', async () => {
    const [answer] = await exchangeAll(api.url, SMUGGLED.replace(HOST, `${HOST}\r\nConnection: close`));
    expect(answer?.status).toBe(201);
    await api.database.rows('DELETE FROM users');
  });

  it.each<Row>([
    refused('a length and a transfer coding', smuggling(['Content-Length: 5', 'Transfer-Encoding: chunked'])),
    refused('a transfer coding and a length', smuggling(['Transfer-Encoding: chunked', 'Content-Length: 5'])),
    refused('two lengths', smuggling(['Content-Length: 0', 'Content-Length: 5'], '')),
    refused('the same length twice', smuggling(['Content-Length: 0', 'Content-Length: 0'], '')),
    refused('a list of lengths', smuggling(['Content-Length: 0, 0'], '')),
    refused('a length with a sign', smuggling(['Content-Length: +0'], '')),
    refused('a negative length', smuggling(['Content-Length: -1'], '')),
    refused('a length in hexadecimal', smuggling(['Content-Length: 0x0'], '')),
    refused('a length that no number holds', smuggling([`Content-Length: ${'9'.repeat(30)}`], '')),
    refused('an unknown transfer coding', smuggling(['Transfer-Encoding: xchunked'])),
    refused('a transfer coding that is not the last', smuggling(['Transfer-Encoding: chunked, identity'])),
    refused('a transfer coding in front', smuggling(['Transfer-Encoding: gzip, chunked'])),
    refused('a transfer coding twice', smuggling(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'])),
    refused('two transfer codings', smuggling(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'])),
    refused('a transfer coding in quotes', smuggling(['Transfer-Encoding: "chunked"'])),
    refused('a blank before the colon', smuggling(['Transfer-Encoding : chunked'])),
    refused('a vertical tab in a transfer coding', smuggling(['Transfer-Encoding: \x0bchunked'])),
    refused('a transfer coding in HTTP/1.0', smuggling(['Transfer-Encoding: chunked'], '0\r\n\r\n', '1.0')),
    refused('a transfer coding on a line that is folded', smuggling(['Transfer-Encoding:', ' chunked'])),
    refused('a chunk that is larger than any', chunked('FFFFFFFFFFFFFFFFF\r\nx\r\n')),
    refused('a chunk with a negative size', chunked('-1\r\nx\r\n')),
    refused('a chunk with 0x', chunked('0x1\r\nx\r\n')),
    refused('a chunk without a size', chunked('\r\nx\r\n')),
    refused('a chunk that is longer than its size', chunked('1\r\nxyz\r\n0\r\n\r\n')),
    refused('an extension of a chunk that ends with a bare LF', chunked('1;a=b\nx\r\n0\r\n\r\n')),
    refused('an extension of a chunk that has no end', chunked(`1;${'a'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`), 413),
    refused('a trailer that is none', chunked('2\r\n{}\r\n0\r\nX Y: z\r\n\r\n')),
    refused('a length among the trailers', chunked('2\r\n{}\r\n0\r\nContent-Length: 3\r\n\r\n')),
    refused('trailers that are too large', chunked(`2\r\n{}\r\n0\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`), 431),
    refused(
      'an unknown transfer coding of OPTIONS',
      smuggling(['Transfer-Encoding: gzip, chunked']).replace('POST', 'OPTIONS'),
    ),
    refused('two hosts', get(POSTS, [HOST, 'Host: evil.example']) + SMUGGLED),
    refused('the same host twice', get(POSTS, [HOST, 'HOST: localhost']) + SMUGGLED),
    refused('two hosts for a probe', get('/health', [HOST, 'host: evil.example']) + SMUGGLED),
    refused('no host', get(POSTS, ['X: y']) + SMUGGLED),
    refused('no host beside an absolute target', get(`http://localhost${POSTS}`, ['X: y']) + SMUGGLED),
    refused('a folded header', get(POSTS, [HOST, 'X: a', ' b']) + SMUGGLED),
    refused('a bare LF', `GET ${POSTS} HTTP/1.1\n${HOST}\n\n${SMUGGLED}`),
    refused('a bare LF between headers', get(POSTS, [`${HOST}\nX: y`]) + SMUGGLED),
    refused('a bare CR in a header', get(POSTS, [HOST, 'X: a\rb']) + SMUGGLED),
    refused('NUL in a header', get(POSTS, [HOST, 'X: a\0b']) + SMUGGLED),
    refused('a control character in a header', get(POSTS, [HOST, 'X: a\x01b']) + SMUGGLED),
    refused('NUL in the name of a header', get(POSTS, [HOST, 'X\0: b']) + SMUGGLED),
    refused('a control character in the target', get(`${POSTS}\x01`) + SMUGGLED),
    refused('bytes beyond ASCII in the target', get(`${POSTS}/\xe9`) + SMUGGLED),
    refused('HTTP/0.9', `GET ${POSTS}\r\n\r\n${SMUGGLED}`),
    refused('HTTP/2 without being asked for', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${SMUGGLED}`),
    refused('TLS', `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${SMUGGLED}`),
    refused('a method in lower case', get(POSTS).replace('GET', 'get') + SMUGGLED),
    refused('a method that nobody knows', get(POSTS).replace('GET', 'FETCH') + SMUGGLED),
    refused('a hundred and one headers', get(POSTS, [HOST, ...Array<string>(100).fill('a: b')]) + SMUGGLED, 431),
    refused('as many headers as fit', get(POSTS, [HOST, ...Array<string>(2_500).fill('a:b')]) + SMUGGLED, 431),
    refused('one header that is too large', get(POSTS, [HOST, `X: ${'x'.repeat(17_000)}`]) + SMUGGLED, 431),
    refused('a target that is too large', get(`/${'x'.repeat(17_000)}`) + SMUGGLED, 431),
    { name: 'a body of a GET', bytes: get(POSTS, [HOST, 'Content-Length: 5']) + 'GET /' + LAST, statuses: [200, 200] },
    { name: 'a method for proxies', bytes: `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n\r\n`, statuses: [] },
    { name: 'TRACE, which would repeat secrets', bytes: get('/').replace('GET', 'TRACE') + LAST, statuses: [405, 200] },
    { name: 'PURGE', bytes: get(POSTS).replace('GET', 'PURGE') + LAST, statuses: [405, 200] },
    { name: 'a server as the target', bytes: get('*').replace('GET', 'OPTIONS') + LAST, statuses: [404, 200] },
    { name: 'a server as the target of GET', bytes: get('*') + LAST, statuses: [404, 200] },
    { name: 'an absolute target', bytes: get(`http://localhost${POSTS}`, ['Host: evil']) + LAST, statuses: [200, 200] },
    { name: 'an absolute target elsewhere', bytes: get(`http://evil.example${POSTS}`) + LAST, statuses: [421, 200] },
    { name: 'an absolute target without a path', bytes: get('http://localhost?a=b') + LAST, statuses: [200, 200] },
    { name: 'an absolute target with a user', bytes: get(`http://localhost@evil${POSTS}`) + LAST, statuses: [400] },
    { name: 'another scheme', bytes: get(`ftp://localhost${POSTS}`) + LAST, statuses: [421, 200] },
    { name: 'a path that looks like a host', bytes: get(`//evil.example${POSTS}`) + LAST, statuses: [404, 200] },
    { name: 'steps up', bytes: get('/assets/../api/v1/users/me') + LAST, statuses: [404, 200] },
    { name: 'encoded steps up', bytes: get('/assets/%2e%2e/%2e%2e/package.json') + LAST, statuses: [404, 200] },
    { name: 'backslashes', bytes: get('/assets/..\\..\\package.json') + LAST, statuses: [404, 200] },
    { name: 'an encoding that is none', bytes: get('/%zz') + LAST, statuses: [400, 200] },
    { name: 'NUL in the path', bytes: get(`${POSTS}/%00`) + LAST, statuses: [422, 200] },
    { name: 'an encoded slash', bytes: get('/api%2fv1%2fposts') + LAST, statuses: [404, 200] },
    { name: 'a fragment', bytes: get(`${POSTS}#a`) + LAST, statuses: [422, 200] },
    { name: 'empty lines in front', bytes: `\r\n\r\n${LAST}`, statuses: [200] },
    { name: 'one after the other', bytes: get(POSTS) + get('/nowhere') + LAST, statuses: [200, 404, 200] },
    { name: 'a request behind the last one', bytes: LAST + SMUGGLED, statuses: [200] },
    { name: 'a request behind the last one of HTTP/1.0', bytes: get('/health', [], '1.0') + SMUGGLED, statuses: [200] },
    {
      name: 'an upgrade to HTTP/2, which is not taken up',
      bytes: get(POSTS, [
        HOST,
        'Connection: close, Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABk',
      ]),
      statuses: [200],
    },
    {
      name: 'an upgrade to a WebSocket where there is none',
      bytes: get(POSTS, [HOST, 'Connection: close, Upgrade', 'Upgrade: websocket']),
      statuses: [200],
    },
    {
      name: 'a chunk with an extension, and a trailer, which nobody reads',
      bytes: `${chunked('2;a="b"\r\n{}\r\n0\r\nX: y\r\n\r\n').replace(SMUGGLED, '')}${LAST}`,
      statuses: [401, 200],
    },
    {
      name: 'an expectation that is met',
      bytes: smuggling(['Expect: 100-continue', 'Content-Length: 2'], '{}').replace(SMUGGLED, LAST),
      statuses: [100, 401, 200],
    },
    {
      name: 'an expectation that nobody knows, which need not be met (RFC 9110 §10.1.1)',
      bytes: smuggling(['Expect: 200-maybe', 'Content-Length: 2'], '{}').replace(SMUGGLED, LAST),
      statuses: [401, 200],
    },
  ])('$name: $statuses', async ({ bytes, statuses }) => {
    const answers = await exchangeAll(api.url, bytes);
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    for (const answer of answers) if (answer.status >= 400) expectProblem(answer, answer.status);
    expect(answers.at(-1)?.headers.get('connection') ?? 'close').toBe('close');
  });

  it('gets one answer where it ends in the middle of a body that was too large', async () => {
    const { hostname, port } = new URL(api.url);
    const answers: Buffer[] = [];
    await new Promise<void>((resolve, reject) => {
      const beginning = smuggling(['Content-Length: 10000000'], '{}');
      const socket = connect(Number(port), hostname, () => socket.write(beginning));
      socket.on('data', (bytes) => {
        answers.push(bytes);
        socket.end();
      });
      socket.on('error', reject).on('close', () => resolve());
    });
    expect(
      Buffer.concat(answers)
        .toString()
        .match(/HTTP\/1\.1 \d+/g),
    ).toEqual(['HTTP/1.1 413']);
  });

  it('is cut off in the middle of everything, again and again', async () => {
    const bytes = chunked('2\r\n{}\r\n0\r\n\r\n');
    const { hostname, port } = new URL(api.url);
    const cut = async (length: number): Promise<void> =>
      new Promise((resolve) => {
        const socket: Socket = connect(Number(port), hostname, () => {
          socket.write(bytes.slice(0, length), () => socket.resetAndDestroy());
        });
        socket.on('error', () => undefined).on('close', () => resolve());
      });
    await Promise.all(Array.from({ length: bytes.length - SMUGGLED.length }, (_, length) => cut(length)));
    expect((await api.client().get('/health')).status).toBe(200);
  });
});
