import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createPerson, type Person } from '../support/people.js';
import { TestApi } from '../support/test-api.js';
import type { Answer } from '../support/test-client.js';
import { FORM_BODY, JSON_BODY, operations, type Operation } from './support/operations.js';
import { NOBODY } from './support/posts.js';
import { expectNoInternals } from './support/problem.js';

const JSON_TYPE = { 'content-type': JSON_BODY };
const FORM_TYPE = { 'content-type': FORM_BODY };

/** A hundred MB that come as a hundred KB. */
const BOMB = gzipSync(Buffer.alloc(100 * 1_048_576, ' '));

interface Row {
  name: string;
  /** @param body one that would be taken, as text */
  bytes: (body: string) => string | Uint8Array;
  headers?: Record<string, string>;
  statuses: number[];
}

const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const withMember = (member: string) => (body: string) => body.replace(/}$/, `${body === '{}' ? '' : ','}${member}}`);

const coded = (coding: string) => ({ ...JSON_TYPE, 'content-encoding': coding });

const JSON_ROWS: Row[] = [
  {
    name: 'a hundred thousand lists in lists',
    bytes: () => '['.repeat(100_000) + ']'.repeat(100_000),
    statuses: [422],
  },
  { name: 'a hundred thousand lists without an end', bytes: () => '['.repeat(100_000), statuses: [400] },
  {
    name: 'a hundred thousand objects in objects',
    bytes: (body) => withMember(`"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)(body),
    statuses: [422],
  },
  {
    name: 'fifty thousand members',
    bytes: () => JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`f${index}`, 1]))),
    statuses: [422],
  },
  { name: 'one MiB and a byte', bytes: (body) => body + ' '.repeat(1_048_577 - body.length), statuses: [413] },
  { name: 'a gzip bomb', bytes: () => BOMB, headers: coded('gzip'), statuses: [415] },
  {
    name: 'a gzip bomb within another one',
    bytes: () => gzipSync(BOMB),
    headers: coded('gzip, gzip'),
    statuses: [415],
  },
  { name: 'a gzip bomb that does not say so', bytes: () => BOMB, statuses: [400] },
  { name: 'Brotli', bytes: (body) => brotliCompressSync(body), headers: coded('br'), statuses: [415] },
  { name: '__proto__', bytes: withMember('"__proto__":{"role":"admin"}'), statuses: [422] },
  { name: 'an escaped __proto__', bytes: withMember('"\\u005f_proto__":{"role":"admin"}'), statuses: [422] },
  { name: 'constructor', bytes: withMember('"constructor":{"prototype":{"role":"admin"}}'), statuses: [422] },
  { name: 'constructor within', bytes: withMember('"a":[{"constructor":{"prototype":{}}}]'), statuses: [422] },
  { name: 'toString and valueOf', bytes: withMember('"toString":null,"valueOf":null'), statuses: [422] },
  { name: 'NUL in a name', bytes: withMember('"a\\u0000b":1'), statuses: [422] },
  { name: 'NUL between two members', bytes: withMember('\0"a":1'), statuses: [400] },
  { name: 'NaN', bytes: withMember('"a":NaN'), statuses: [400] },
  { name: 'Infinity', bytes: withMember('"a":-Infinity'), statuses: [400] },
  { name: 'a number that is too large for any', bytes: withMember(`"a":${'9'.repeat(10_000)}`), statuses: [422] },
  { name: 'UTF-16', bytes: (body) => Buffer.from(body, 'utf16le'), statuses: [400] },
  { name: 'UTF-16 with its mark', bytes: (body) => Buffer.from(`\ufeff${body}`, 'utf16le'), statuses: [400] },
  { name: 'UTF-16 the other way round', bytes: (body) => swapped(`\ufeff${body}`), statuses: [400] },
  { name: 'two byte order marks', bytes: (body) => `\ufeff\ufeff${body}`, statuses: [400] },
  { name: 'Latin-1', bytes: () => Buffer.from('{"é":1}', 'latin1'), statuses: [400] },
  {
    name: 'UTF-8 of too many bytes',
    bytes: () => Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
    statuses: [400],
  },
  {
    name: 'half of a pair in UTF-8',
    bytes: () => Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    statuses: [400],
  },
  ...['utf-16', 'utf-7', 'iso-8859-1', 'windows-1252', 'utf-8x', 'ebcdic-us'].map((charset): Row => ({
    name: `the charset "${charset}"`,
    bytes: (body) => body,
    headers: { 'content-type': `${JSON_BODY}; charset=${charset}` },
    statuses: [415],
  })),
  ...['text/plain', 'text/json', 'application/xml', 'multipart/form-data; boundary=x', FORM_BODY, 'x', '*/*'].map(
    (type): Row => ({
      name: `the type ${type}`,
      bytes: (body) => body,
      headers: { 'content-type': type },
      statuses: [415],
    }),
  ),
];

/** Of forms that mean nothing else with what is not read of them (RFC 6749 §3.2). */
const IGNORED = [400, 401, 200];

const FORM_ROWS: Row[] = [
  { name: 'fifty thousand fields', bytes: (body) => `${body}&f=1`.concat('&f=1'.repeat(50_000)), statuses: [400] },
  { name: 'fifty thousand ends of a field', bytes: (body) => body + '&'.repeat(50_000), statuses: IGNORED },
  { name: 'a field twice', bytes: (body) => `${body}&${body}`, statuses: [400] },
  { name: 'one MiB and a byte', bytes: (body) => `${body}&f=`.padEnd(1_048_577, 'x'), statuses: [413] },
  { name: 'a gzip bomb', bytes: () => BOMB, headers: { ...FORM_TYPE, 'content-encoding': 'gzip' }, statuses: [415] },
  { name: 'NUL', bytes: (body) => body.replace('=', '=%00'), statuses: [400, 422] },
  { name: 'half of a surrogate pair', bytes: (body) => body.replace('=', '=%ED%A0%80'), statuses: [400] },
  { name: 'bytes that are not UTF-8', bytes: (body) => body.replace('=', '=%FF'), statuses: [400] },
  { name: 'an encoding that is none', bytes: (body) => body.replace('=', '=%zz'), statuses: [400] },
  { name: 'UTF-16', bytes: (body) => Buffer.from(body, 'utf16le'), statuses: [400, 422] },
  { name: '__proto__', bytes: (body) => `${body}&__proto__=x&__proto__[role]=admin`, statuses: IGNORED },
  { name: 'constructor', bytes: (body) => `${body}&constructor=x`, statuses: IGNORED },
  {
    name: 'a charset',
    bytes: (body) => body,
    headers: { 'content-type': `${FORM_BODY}; charset=utf-16` },
    statuses: [415],
  },
];

/** One body a row, to every operation that reads such bodies, by somebody whom no guard stops. */
describe('a body that is meant to do harm', () => {
  let api: TestApi;
  let admin: Person;

  beforeAll(async () => {
    api = await TestApi.start();
    admin = await createPerson(api, 'root', 'admin');
  });

  afterAll(async () => {
    // Nothing was made or changed on the way, not even on the prototype of everything.
    expect(await api.database.rows('SELECT username, role FROM users')).toEqual([{ username: 'root', role: 'admin' }]);
    expect(await api.database.rows('SELECT id FROM posts')).toEqual([]);
    for (const name of ['role', 'a', 'f']) expect(Object.prototype).not.toHaveProperty(name);
    await api.stop();
  });

  const readersOf = (type: string): Operation[] => operations(api).filter(({ bodies }) => bodies[type]);

  async function send({ method, path }: Operation, row: Row, body: string, type: string): Promise<Answer> {
    const url = path.replaceAll(/\{[^}]+\}/g, NOBODY);
    const headers = row.headers ?? { 'content-type': type };
    return admin.client.request(method, url, { raw: row.bytes(body), headers });
  }

  it('goes to these many operations', () => {
    expect(readersOf(JSON_BODY).length).toBeGreaterThanOrEqual(14);
    expect(readersOf(FORM_BODY).length).toBeGreaterThanOrEqual(3);
  });

  it.each(JSON_ROWS)('is refused by all that read JSON: $name', async (row) => {
    for (const operation of readersOf(JSON_BODY)) {
      // Those that read forms as well refuse JSON in a form by what it lacks.
      const statuses =
        row.headers?.['content-type'] === FORM_BODY && operation.bodies[FORM_BODY] ? [422] : row.statuses;
      const answer = await send(operation, row, JSON.stringify(operation.example ?? {}), JSON_BODY);
      expect({ path: operation.path, statuses, status: answer.status }).toEqual({
        path: operation.path,
        statuses: expect.arrayContaining([answer.status]),
        status: answer.status,
      });
      expectNoInternals(answer);
    }
  });

  it.each(FORM_ROWS)('is refused by all that read forms: $name', async (row) => {
    for (const operation of readersOf(FORM_BODY)) {
      const fields = Object.keys(operation.bodies[FORM_BODY] ?? {}).map((name): [string, string] => [name, 'x']);
      const answer = await send(operation, row, new URLSearchParams(fields).toString(), FORM_BODY);
      expect(row.statuses).toContain(answer.status);
      expectNoInternals(answer);
    }
  });

  it('that names a member twice is read by the last one, by all that read JSON', async () => {
    for (const { method, path, example } of readersOf(JSON_BODY)) {
      const url = path.replaceAll(/\{[^}]+\}/g, NOBODY);
      for (const [name, value] of Object.entries(example ?? { publishAt: '2099-01-01T00:00:00Z' })) {
        const raw = `{"${name}":${JSON.stringify(value)},"${name}":[[]]}`;
        const { status, body } = await admin.client.request(method, url, { raw, headers: JSON_TYPE });
        expect({ path, name, status }).toEqual({ path, name, status: 422 });
        expect(body.errors.map(({ field }: { field: string }) => field.split(/[.[]/, 1)[0])).toContain(name);
      }
    }
  });
});
