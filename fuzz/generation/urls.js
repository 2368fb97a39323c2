import * as fc from 'fast-check';
import * as hostile from './hostile.js';
import { validPathValue, validValue } from './valid.js';
import { percent, toText } from './values.js';

/** @typedef {import('./values.js').Resolve} Resolve */

/** Other ways to write a path, each from the good one. */
const SPELLINGS = {
  plain: (path) => path,
  trailingSlash: (path) => `${path}/`,
  twoTrailingSlashes: (path) => `${path}//`,
  doubleSlash: (path) => path.replace('/v1/', '/v1//'),
  leadingSlashes: (path) => `//${path}`,
  upperCase: (path) => path.toUpperCase(),
  oneUpperCase: (path) => path.replace('/api/', '/Api/'),
  encodedSlash: (path) => path.replace('/v1/', '/v1%2f'),
  encodedLetter: (path) => path.replace('/api/', '/%61pi/'),
  twiceEncoded: (path) => path.replace('/api/', '/%2561pi/'),
  dot: (path) => path.replace('/v1/', '/v1/./'),
  stepsUp: (path) => path.replace('/v1/', '/v1/x/../'),
  encodedStepsUp: (path) => path.replace('/v1/', '/v1/x/%2e%2e/'),
  semicolon: (path) => `${path};a=b`,
  suffix: (path) => `${path}.json`,
  backslash: (path) => path.replaceAll('/', '\\').replace('\\', '/'),
  nul: (path) => `${path}%00`,
  halfEscape: (path) => `${path}%`,
  noEscape: (path) => `${path}%zz`,
  notUtf8: (path) => `${path}%ff`,
  line: (path) => `${path}%0d%0aX-Injected:%201`,
  blank: (path) => `${path}%20`,
  fragment: (path) => `${path}#a`,
  otherVersion: (path) => path.replace('/v1/', '/v2/'),
  absolute: (path) => `http://localhost${path}`,
  elsewhere: (path) => `http://evil.example${path}`,
  long: (path) => `${path}/${'x'.repeat(9_000)}`,
  authority: (path) => `/@evil.example${path}`,
};

const spelling = fc.oneof(
  { weight: 20, arbitrary: fc.constant('plain') },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(SPELLINGS)) },
);

/**
 * @typedef {object} Target
 * @property {Record<string, unknown>} values of the placeholders
 * @property {string} spelling
 * @property {[string, unknown][]} query
 * @property {string} tail behind the query, as it is
 */

/**
 * @param {import('../operations.js').Operation} operation
 * @returns {fc.Arbitrary<Target>}
 */
export function target({ path, parameters }) {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const values = Object.fromEntries(
    inPath.map(({ name }) => [
      name,
      fc.oneof({ weight: 6, arbitrary: validPathValue(path, name) }, { weight: 1, arbitrary: pathValue }),
    ]),
  );
  return fc.record({ values: fc.record(values), spelling, query: query(parameters), tail });
}

/**
 * As the document has it.
 * @param {import('../operations.js').Operation} operation
 * @returns {fc.Arbitrary<Target>}
 */
export function goodTarget({ path, parameters }) {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const values = Object.fromEntries(inPath.map(({ name }) => [name, validPathValue(path, name)]));
  const pairs = Object.fromEntries(inQuery.map(({ name, schema }) => [name, validValue(name, schema)]));
  const requiredKeys = inQuery.filter(({ required }) => required).map(({ name }) => name);
  return fc.record({
    values: fc.record(values),
    spelling: fc.constant('plain'),
    query: fc.record(pairs, { requiredKeys }).map((record) => Object.entries(record)),
    tail: fc.constant(''),
  });
}

/** Nothing, which would be another path, stands in none. */
const pathValue = fc.oneof(hostile.text, hostile.number).map((value) => (value === '' ? '0' : value));

const tail = fc.oneof(
  { weight: 60, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '%',
      '%zz',
      '%ff',
      '&&&',
      '=',
      '?',
      'a[b]=c',
      '__proto__=1',
      '__proto__[x]=1',
      'constructor=1',
      'toString',
      '_method=DELETE',
      'access_token=x',
      'callback=alert',
      'a=1;b=2',
      '%00',
      'a=%00',
      'a=\\',
      "a='",
      'limit',
      'a=1&'.repeat(2_000),
      'limit=1&'.repeat(500),
      `${'x'.repeat(9_000)}=1`,
    ),
  },
);

/** Some of the parameters that it has, well or badly filled, repeated, or others. */
function query(parameters) {
  const own = parameters.filter((parameter) => parameter.in === 'query');
  const unknown = fc.tuple(fc.constantFrom('x', 'role', 'sort', 'limit', 'id', 'fields', 'include'), hostile.text);
  const none = fc.constant([]);
  if (own.length === 0)
    return fc.oneof({ weight: 15, arbitrary: none }, { weight: 1, arbitrary: fc.array(unknown, { maxLength: 2 }) });
  const known = fc
    .constantFrom(...own)
    .chain(({ name, schema }) =>
      fc.tuple(
        fc.constant(name),
        fc.oneof(
          { weight: 4, arbitrary: validValue(name, schema) },
          { weight: 3, arbitrary: fc.oneof(hostile.text, hostile.number, hostile.injection, hostile.date) },
        ),
      ),
    );
  const required = own.filter((parameter) => parameter.required);
  const asked = fc.tuple(...required.map(({ name, schema }) => fc.tuple(fc.constant(name), validValue(name, schema))));
  return fc.oneof(
    { weight: 3, arbitrary: required.length > 0 ? asked : none },
    { weight: 8, arbitrary: fc.array(known, { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(fc.oneof(known, unknown), { maxLength: 4 }) },
  );
}

/**
 * @param {import('../operations.js').Operation} operation
 * @param {Target} described
 * @param {Resolve} resolve
 */
export function urlOf({ path }, { values, spelling: name, query: pairs, tail: rest }, resolve) {
  const good = path.replaceAll(/\{([^}]+)\}/g, (_, parameter) => percent(toText(values[parameter], resolve)));
  const search = [...pairs.map(([key, value]) => `${percent(key)}=${percent(toText(value, resolve))}`), rest];
  const joined = search.filter((part) => part !== '').join('&');
  return SPELLINGS[name](good) + (joined && `?${joined}`);
}
