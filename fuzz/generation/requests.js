import * as fc from 'fast-check';
import { body, goodBody } from './bodies.js';
import { extraHeaders } from './headers.js';
import { goodTarget, target } from './urls.js';

/** @typedef {import('../operations.js').Operation} Operation */

/**
 * @typedef {object} Description
 * @property {Operation} operation
 * @property {string} method
 * @property {{ as: string, credential: string }} sender who it is, and what they send as proof
 * @property {import('./urls.js').Target} target
 * @property {[string, string][]} headers
 * @property {import('./bodies.js').Body} [body]
 */

/** Roles, and nobody. */
export const PEOPLE = ['user', 'editor', 'admin'];

/** Proofs that are none; `site/forgeries.js` makes them. */
const FORGERIES = [
  'unsigned',
  'otherKey',
  'rawKey',
  'promoted',
  'cutSignature',
  'changedSignature',
  'otherSubject',
  'emptyKey',
  'publicKeyAsSecret',
  'keyFromHeader',
  'keyPath',
  'critical',
  'refreshToken',
  'padded',
  'nested',
  'huge',
  'gibberish',
  'basic',
  'noScheme',
  'twice',
  'nul',
  'json',
  'inQuery',
  'inCookie',
];

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PURGE',
  'PROPFIND',
  'QUERY',
  'FOO',
];

/** @param {fc.Arbitrary<string>} as @param {fc.Arbitrary<string>} credential */
const somebody = (as, credential) => fc.record({ as, credential });

const anybody = fc.constantFrom(...PEOPLE);
const honest = somebody(anybody, fc.constant('token'));
const sender = fc.oneof(
  { weight: 12, arbitrary: honest },
  { weight: 3, arbitrary: somebody(fc.constant('anonymous'), fc.constant('none')) },
  { weight: 2, arbitrary: somebody(anybody, fc.constantFrom(...FORGERIES)) },
);

/** What the document asks for, so that there is something that hostile requests can be about. */
const goodRequest = (operation) =>
  fc.record({
    operation: fc.constant(operation),
    sender: honest,
    method: fc.constant(operation.method),
    target: goodTarget(operation),
    headers: fc.constant([]),
    body: goodBody(operation),
  });

/** Requests to an operation, or to something like it. */
const hostileRequest = (operation) =>
  fc.record({
    operation: fc.constant(operation),
    sender,
    method: fc.oneof(
      { weight: 30, arbitrary: fc.constant(operation.method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    target: target(operation),
    headers: extraHeaders(operation),
    body: body(operation),
  });

/**
 * Every operation is as likely as any other.
 * @param {Operation[]} operations
 * @returns {fc.Arbitrary<Description>}
 */
export const requestsTo = (operations) =>
  fc.oneof(
    ...operations.flatMap((operation) => [
      { weight: 2, arbitrary: goodRequest(operation) },
      { weight: 8, arbitrary: hostileRequest(operation) },
    ]),
  );
