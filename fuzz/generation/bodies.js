import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import * as hostile from './hostile.js';
import { validObject } from './valid.js';
import { Members, Raw, percent, toJson, toText } from './values.js';

/** @typedef {import('./values.js').Resolve} Resolve */

/**
 * @typedef {object} Body
 * @property {string} [type] its content type
 * @property {string} [coding] its content coding
 * @property {string} [wire] what is done to its bytes
 * @property {unknown} value
 */

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MEBIBYTE = 1_048_576;

/** Types and charsets, of which few are read. */
const TYPES = [
  `${JSON_TYPE}; charset=utf-16`,
  `${JSON_TYPE}; charset=latin1`,
  `${JSON_TYPE};charset="UTF-8"`,
  'application/jsonp',
  'text/json',
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  '',
  `${JSON_TYPE}, ${FORM_TYPE}`,
  `${FORM_TYPE}; charset=utf-7`,
  'application/octet-stream',
  'a/b/c',
  '\xff',
  '*/*',
  'application/merge-patch+json',
  'application/x-www-form-urlencoded;a=b',
  JSON_TYPE.toUpperCase(),
];
const CODINGS = ['gzip', 'br', 'deflate', 'identity', 'zstd', 'gzip, gzip', 'x'];

/** What is done to the bytes of a body that is otherwise fine. */
const WIRE = {
  none: (bytes) => bytes,
  cut: (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2)),
  mark: (bytes) => Buffer.concat([Buffer.from('\uFEFF'), bytes]),
  utf16: (bytes) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(bytes.toString('utf8'), 'utf16le')]),
  latin1: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([0xe9, 0x22, 0x7d])]),
  overlong: (bytes) => Buffer.concat([bytes.subarray(0, -2), Buffer.from([0xc0, 0x80, 0x22, 0x7d])]),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  doubled: (bytes) => Buffer.from(bytes.toString('utf8').replace(/^\{(.+)\}$/s, '{$1,$1}')),
  behind: (bytes) => Buffer.concat([bytes, Buffer.from('\0')]),
  comment: (bytes) => Buffer.concat([Buffer.from('/**/'), bytes]),
  empty: () => Buffer.alloc(0),
  blank: () => Buffer.from(' \n '),
  bomb: () => gzipSync(Buffer.alloc(16 * MEBIBYTE, ' ')),
  huge: () => Buffer.from(`{"a":"${'x'.repeat(MEBIBYTE)}"}`),
  fields: () => Buffer.from(Array.from({ length: 50_000 }, (_, index) => `f${index}=1`).join('&')),
  escapes: () => Buffer.from('username=%&password=%zz&grant_type=%ff%fe'),
  brackets: () => Buffer.from('username[role]=admin&__proto__[role]=admin&constructor=1'),
};

/** The largest are rare, as they cost the most. */
const wire = fc.oneof(
  { weight: 90, arbitrary: fc.constant('none') },
  { weight: 9, arbitrary: fc.constantFrom(...Object.keys(WIRE).filter((name) => !['huge', 'bomb'].includes(name))) },
  { weight: 1, arbitrary: fc.constantFrom('huge', 'bomb') },
);

const coding = fc.oneof(
  { weight: 40, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(...CODINGS) },
);

/**
 * The body of an operation, and now and then one for those that read none.
 * @param {import('../operations.js').Operation} operation
 * @returns {fc.Arbitrary<Body | undefined>}
 */
export function body({ bodies }) {
  const known = Object.entries(bodies);
  if (known.length === 0)
    return fc.oneof(
      { weight: 20, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: anyBody(fc.constantFrom(JSON_TYPE, FORM_TYPE, ...TYPES)) },
    );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 2, arbitrary: anyBody(fc.constantFrom(...Object.keys(bodies), JSON_TYPE, FORM_TYPE, ...TYPES)) },
    ...known.map(([type, schema]) => ({ weight: 30, arbitrary: bodyOf(type, schema) })),
  );
}

/**
 * As the document has it.
 * @param {import('../operations.js').Operation} operation
 * @returns {fc.Arbitrary<Body | undefined>}
 */
export function goodBody({ bodies }) {
  const known = Object.entries(bodies);
  if (known.length === 0) return fc.constant(undefined);
  return fc.oneof(...known.map(([type, schema]) => fc.record({ type: fc.constant(type), value: validObject(schema) })));
}

/** @param {fc.Arbitrary<string>} type */
const anyBody = (type) => fc.record({ type, coding, wire, value: hostile.value });

function bodyOf(type, schema) {
  const value = fc.oneof(
    { weight: 3, arbitrary: validObject(schema) },
    { weight: 7, arbitrary: spoilt(schema) },
    { weight: 1, arbitrary: validObject(schema).map((object) => [object]) },
    { weight: 1, arbitrary: hostile.value },
  );
  return fc.record({
    type: fc.oneof({ weight: 30, arbitrary: fc.constant(type) }, { weight: 1, arbitrary: fc.constantFrom(...TYPES) }),
    coding,
    wire,
    value,
  });
}

/** A good object with one or more members that are not. */
function spoilt(schema) {
  const names = Object.keys(schema.properties ?? {});
  const member = fc.oneof(
    ...(names.length > 0 ? [{ weight: 3, arbitrary: fc.tuple(fc.constantFrom(...names), memberValue) }] : []),
    { weight: 1, arbitrary: hostile.extraMember },
  );
  return fc
    .tuple(validObject(schema), fc.array(member, { minLength: 1, maxLength: 3 }))
    .map(([{ list }, worse]) => withMembers(list, worse));
}

const memberValue = fc.oneof(
  { weight: 4, arbitrary: hostile.value },
  { weight: 1, arbitrary: hostile.address },
  { weight: 1, arbitrary: hostile.date },
  { weight: 1, arbitrary: hostile.markup },
);

/** @param {[string, unknown][]} list @param {[string, unknown][]} others */
const withMembers = (list, others) =>
  new Members([...list.filter(([name]) => !others.some(([other]) => other === name)), ...others]);

/**
 * The bytes of a body.
 * @param {Body} described
 * @param {Resolve} resolve
 * @returns {Buffer}
 */
export function bytesOf({ type, wire: change = 'none', value }, resolve) {
  const written = type?.startsWith(FORM_TYPE) ? form(value, resolve) : toJson(value, resolve);
  return WIRE[change](Buffer.from(written));
}

function form(value, resolve) {
  if (value instanceof Raw) return value.text;
  if (!(value instanceof Members)) return percent(toText(value, resolve));
  return value.list.map(([name, member]) => `${percent(name)}=${percent(toText(member, resolve))}`).join('&');
}
