import * as fc from 'fast-check';
import { Members, Reference } from './values.js';

/** Values as the document wants them: what is hostile reaches the inside only among good ones. */

const place = fc.nat({ max: 999 });
/** Of what has to be unique. */
const number = fc.nat({ max: 999_999_999 });

/** @param {string} kind */
const reference = (kind) =>
  fc.tuple(fc.constantFrom('own', 'own', 'any'), place).map(([whose, where]) => new Reference(kind, whose, where));

const words = fc
  .array(fc.constantFrom('penny', 'press', 'news', 'Ada', 'écrit', 'データ', '🗞️', 'the', '2026'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((list) => list.join(' '));

const slug = fc.tuple(fc.constantFrom('penny', 'press', 'news'), number).map(([word, digits]) => `${word}-${digits}`);
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** What a name means here, whatever its schema says. */
const BY_NAME = {
  username: fc.oneof(
    { weight: 2, arbitrary: reference('username') },
    { weight: 1, arbitrary: number.map((digits) => `fuzz.${digits}`) },
  ),
  email: fc.oneof(
    { weight: 1, arbitrary: reference('email') },
    { weight: 2, arbitrary: number.map((digits) => `fuzz-${digits}@example.com`) },
  ),
  password: fc.constant(new Reference('password')),
  currentPassword: fc.constant(new Reference('password')),
  newPassword: place.map((digits) => `another long password ${digits}`),
  refresh_token: reference('refresh-token'),
  token: fc.oneof(reference('refresh-token'), reference('access-token')),
  cursor: reference('cursor'),
  author: fc.oneof(reference('user'), reference('username')),
  subject: reference('user'),
  actor: reference('user'),
  slug,
  publishAt: fc.constantFrom(null, null, null, '2035-01-01T00:00:00Z', '2030-06-30T12:00:00+02:00'),
  tags: fc.array(fc.constantFrom('writing', 'how-to', 'ü', '🗞️'), { maxLength: 4 }),
  content: fc.array(words, { maxLength: 5 }).map((lines) => lines.join('\n\n')),
  fields: fc.subarray(['id', 'title', 'slug', 'author'], { minLength: 1 }).map((list) => list.join(',')),
  'Idempotency-Key': place.map((digits) => `key-${digits}`),
  'If-Match': fc.constantFrom('"1"', '"2"', '*', 'W/"1"', '"1", "2"'),
  'If-None-Match': fc.constantFrom('"1"', '*', 'W/"1"', '"x", "y"'),
};

/** What stands in the path: by the part in front of it. */
const BY_PLACE = {
  users: reference('user'),
  posts: fc.oneof(reference('post'), reference('post'), reference('slug')),
  sessions: reference('session'),
  emails: reference('mail'),
  'bulk-emails': reference('bulk-mail'),
  revisions: fc.integer({ min: 1, max: 4 }),
};

/**
 * @param {string} name
 * @param {any} schema
 * @returns {fc.Arbitrary<unknown>}
 */
export function validValue(name, schema) {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  // A name to be given, and not one to sign in with.
  if (name === 'username' && schema.pattern) return number.map((digits) => `fuzz.${digits}`);
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  const types = [schema.type].flat();
  if (types.includes('null'))
    return fc.option(validValue(name, { ...schema, type: types.find((type) => type !== 'null') }));
  return byType(schema);
}

function byType({ type, format, minimum = 0, maximum = 1_000 }) {
  if (type === 'boolean') return fc.boolean();
  if (type === 'number' || type === 'integer') return fc.integer({ min: minimum, max: Math.min(maximum, 1_000) });
  if (type === 'array') return fc.array(words, { maxLength: 4 });
  if (format === 'date-time') return instant;
  return format === 'uuid' ? reference('user') : words;
}

/**
 * A parameter of the path.
 * @param {string} path
 * @param {string} name
 */
export function validPathValue(path, name) {
  const parts = path.split('/');
  return BY_PLACE[parts[parts.indexOf(`{${name}}`) - 1]];
}

/**
 * What is required, and some of the rest.
 * @param {any} schema of an object
 * @returns {fc.Arbitrary<Members>}
 */
export function validObject({ properties = {}, required = [] }) {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, validValue(name, schema)]),
  );
  return fc.record(members, { requiredKeys: required }).map((record) => new Members(Object.entries(record)));
}
