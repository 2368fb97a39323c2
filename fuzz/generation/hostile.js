import * as fc from 'fast-check';
import { Members, Raw } from './values.js';

/** The shapes that broke others. */

const deep = (depth) => new Raw('['.repeat(depth) + ']'.repeat(depth));

const SQL = [
  "' OR 1=1; --",
  "'; DROP TABLE users; --",
  'id;select pg_sleep(3)',
  'title,(select password_hash from users limit 1)',
  "a' AND (SELECT 1 FROM pg_sleep(3)) IS NOT NULL AND 'a'='a",
  'passwordHash',
  'password_hash',
  '-passwordHash',
  'author.email',
  'author.passwordHash',
  'author.sessions',
  '%',
  '_%_%_%_%',
  '\\',
  '%\\',
  '\\%_',
  'title COLLATE "C"',
  '1) UNION SELECT null --',
  '$1',
  'id,id,id,id',
  '*',
];
const SEARCHES = [
  '"',
  '"a',
  '-',
  '- -',
  '!',
  '& | !',
  ':*',
  "a:*&!'",
  '((((',
  'a '.repeat(99),
  '-a'.repeat(60),
  'or or or',
];
const MARKUP = [
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '[x](JaVa\tScRiPt:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '<a href="javascript:alert(1)">x</a>',
  '<img src=x onerror=alert(1)>',
  '![x](x" onerror="alert(1))',
  '<svg/onload=alert(1)>',
  ']]><!--',
  '[a]('.repeat(2_000),
  '*a_ '.repeat(2_000),
  '> '.repeat(1_000),
  '`'.repeat(1_000),
];
const TEMPLATES = [
  '{{constructor.constructor("return process")()}}',
  '${7*7}',
  '<%= 7*7 %>',
  '#{7*7}',
  '{{7*7}}',
  '%s%n%x',
];
const LINES = [
  'a\r\nX-Injected: 1',
  'a\nX-Injected: 1',
  'a\r\n\r\n<html>',
  '%0d%0aX-Injected:%201',
  'a\u2028b',
  'a\u0085b',
];
const TEXTS = [
  '',
  ' ',
  '\t',
  '\0',
  'a\0b',
  '\uD800',
  'a\uDFFFb',
  '\uFEFF',
  '\uFFFE',
  '\u202E\u2066abc',
  '\u200B',
  '\u001B[31m',
  '\u007F',
  `e${'\u0301'.repeat(5_000)}`,
  '\uFDFA'.repeat(100),
  'İ',
  'ß',
  'ﬁ',
  'ÅÅ',
  '𝔞𝔡𝔪𝔦𝔫',
  'аdmin',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../../etc/passwd',
  '..\\..\\windows',
  'file:///etc/passwd',
  'http://169.254.169.254/',
  '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01970F3E-6C2A-7B3E-9C55-2F4F8D1F0A11',
  '{01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11}',
  '01970f3e6c2a7b3e9c552f4f8d1f0a11',
  'me',
  'retry',
  `${'a'.repeat(30)}!`,
  `${'a-'.repeat(60)}!`,
  `${'a.'.repeat(120)}@`,
  '('.repeat(500),
];
const ADDRESSES = [
  'a@example.com,b@example.com',
  'a@example.com; b@example.com',
  'a@example.com\r\nBcc: b@example.com',
  '"a@evil.example"@example.com',
  'a@evil.example(@example.com)',
  'Ada <a@example.com>',
  'a@[127.0.0.1]',
  'a@localhost',
  'a@exämple.com',
  'ä@example.com',
  '=?utf-8?q?a=40evil.example?=@example.com',
  `${'a'.repeat(64)}@${'b'.repeat(180)}.com`,
  'a@@example.com',
  'a@example..com',
  'a@example.com.',
  'a@example.com\0',
];
const DATES = [
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-12-31T24:00:00Z',
  '2026-12-31T23:59:60Z',
  '0000-00-00T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '+010000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '9999-12-31T23:59:59.999-23:59',
  '0001-01-01T00:00:00+23:59',
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00.123456789123456789Z',
  '2026-01-01T00:00:00+99:99',
  '1e3',
  '20260101T000000Z',
  'infinity',
  '-infinity',
  'now',
  'epoch',
];
const DOCUMENTS = { edges: [1, 49, 50, 51, 100, 101, 120, 121, 200, 201, 254, 255, 256, 257, 301, 501, 2_049, 4_001] };
const UNITS = ['a', 'é', '\u0301', '🗞️', '👨‍👩‍👧‍👦', '\uD83D', '"', '\\', '%', ' '];

/** At and around every length that the document names. */
const lengths = fc
  .tuple(fc.constantFrom(...DOCUMENTS.edges), fc.constantFrom(...UNITS))
  .map(([length, unit]) => unit.repeat(length));

/** Texts that are well-formed, and others. */
export const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS, ...SQL, ...SEARCHES, ...LINES, ...TEMPLATES) },
  { weight: 2, arbitrary: fc.constantFrom(...MARKUP) },
  { weight: 2, arbitrary: fc.constantFrom(...ADDRESSES, ...DATES) },
  { weight: 2, arbitrary: lengths },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
);

export const date = fc.constantFrom(...DATES);
export const address = fc.constantFrom(...ADDRESSES);
export const injection = fc.constantFrom(...SQL, ...SEARCHES);
export const markup = fc.constantFrom(...MARKUP, ...TEMPLATES);

/** As JSON writes them, and as it does not. */
export const number = fc
  .oneof(
    fc.constantFrom(
      '0',
      '-0',
      '-1',
      '1e3',
      '1E400',
      '-1e400',
      '1e-400',
      '0.1',
      '1.0',
      '2147483647',
      '2147483648',
      '-2147483649',
      '9007199254740993',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775809',
      '9'.repeat(400),
      'NaN',
      'Infinity',
      '-Infinity',
      '0x10',
      '010',
      '+1',
      '1_000',
      '.5',
      '1.',
      '1n',
    ),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.double().map((value) => JSON.stringify(value)),
  )
  .map((digits) => new Raw(digits));

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  'valueOf',
  '$ne',
  '$where',
  'password',
  'a\0b',
  '\uD800',
  '',
  'a.b',
  'a[b]',
  'x'.repeat(5_000),
  'id;select pg_sleep(3)',
];

/** Members that nobody may set, with what somebody would like them to be. */
const ASSIGNMENTS = [
  ['role', 'admin'],
  ['role', 'superuser'],
  ['isActive', false],
  ['is_active', false],
  ['emailVerified', true],
  ['emailVerifiedAt', '2026-01-01T00:00:00Z'],
  ['email_verified_at', '2026-01-01T00:00:00Z'],
  ['authorId', '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11'],
  ['author', new Members([['id', '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11']])],
  ['id', '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11'],
  ['version', -1],
  ['version', 2_147_483_647],
  ['passwordHash', '$2b$04$abcdefghijklmnopqrstuu'],
  ['createdAt', '1970-01-01T00:00:00Z'],
  ['deletedAt', null],
  ['status', 'published'],
  ['user', new Members([['role', 'admin']])],
  ['user[role]', 'admin'],
  ['user.role', 'admin'],
  ['roles', ['admin']],
  ['isAdmin', true],
];

/** A member that was not asked for. */
export const extraMember = fc.oneof(
  fc.constantFrom(...ASSIGNMENTS),
  fc.tuple(
    fc.constantFrom(...KEYS),
    fc.constantFrom(true, null, new Members([['role', 'admin']]), new Members([['__proto__', new Members([])]])),
  ),
);

/** Anything that JSON can hold, and some that it cannot. */
export const value = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 3, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      [],
      [null],
      [[]],
      ['a', 'a'],
      Array.from({ length: 2_500 }, () => 1),
      Array.from({ length: 21 }, (_, index) => `t${index}`),
      new Members([]),
      new Members([['length', 1e9]]),
      new Members([['__proto__', new Members([['role', 'admin']])]]),
      new Members([['constructor', new Members([['prototype', new Members([['role', 'admin']])]])]]),
      new Members([['toString', 1]]),
      new Members([['$gt', '']]),
      deep(17),
      deep(5_000),
      deep(100_000),
    ),
  },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 25 }) },
  { weight: 1, arbitrary: fc.tuple(text, text).map(([name, member]) => new Members([[name, member]])) },
);
