import { createHmac } from 'node:crypto';

/**
 * @typedef {object} Theft what an attacker has of somebody, and of the product
 * @property {string} token a good access token
 * @property {string} refreshToken
 * @property {string} otherId of another account
 * @property {string} secret the key of the server, from which those of tokens are derived
 */

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/** A token with other parts. */
function remake(token, { header = {}, payload = {}, key = 'x', algorithm = 'sha256' }) {
  const [oldHeader, oldPayload] = token.split('.');
  const signed = `${encode({ ...decode(oldHeader), ...header })}.${encode({ ...decode(oldPayload), ...payload })}`;
  return `${signed}.${key === null ? '' : createHmac(algorithm, key).update(signed).digest('base64url')}`;
}

const withSignature = (token, change) => {
  const [header, payload, signature] = token.split('.');
  return `${header}.${payload}.${change(signature)}`;
};

/** A good signature under a payload that it was not made for. */
function graft(token, payload) {
  const [header, old, signature] = token.split('.');
  return `${header}.${encode({ ...decode(old), ...payload })}.${signature}`;
}

const FOREVER = 4_102_444_800;
const SYMMETRIC = { kty: 'oct', k: Buffer.from('x').toString('base64url') };

/** Each the value of an `Authorization` header that is worth nothing. @type {Record<string, (theft: Theft) => string>} */
const HEADERS = {
  unsigned: ({ token }) => `Bearer ${remake(token, { header: { alg: 'none' }, key: null })}`,
  otherKey: ({ token }) => `Bearer ${remake(token, { key: 'another key of at least thirty-two bytes' })}`,
  rawKey: ({ token, secret }) => `Bearer ${remake(token, { key: secret })}`,
  promoted: ({ token }) => `Bearer ${graft(token, { role: 'admin', exp: FOREVER })}`,
  cutSignature: ({ token }) => `Bearer ${withSignature(token, () => '')}`,
  changedSignature: ({ token }) =>
    `Bearer ${withSignature(token, (signature) => (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1))}`,
  otherSubject: ({ token, otherId }) => `Bearer ${graft(token, { sub: otherId })}`,
  emptyKey: ({ token }) => `Bearer ${remake(token, { key: '' })}`,
  publicKeyAsSecret: ({ token }) => `Bearer ${remake(token, { header: { alg: 'RS256' } })}`,
  keyFromHeader: ({ token }) => `Bearer ${remake(token, { header: { jwk: SYMMETRIC, jku: 'http://evil.example/' } })}`,
  keyPath: ({ token }) => `Bearer ${remake(token, { header: { kid: '../../../../dev/null' }, key: '' })}`,
  critical: ({ token }) => `Bearer ${remake(token, { header: { crit: ['exp'], alg: 'HS512' }, algorithm: 'sha512' })}`,
  refreshToken: ({ refreshToken }) => `Bearer ${refreshToken}`,
  padded: ({ token }) => `Bearer ${token}==`,
  nested: ({ token }) => `Bearer ${encode({ alg: 'HS256', cty: 'JWT' })}.${Buffer.from(token).toString('base64url')}.x`,
  huge: ({ token }) => `Bearer ${token}${'x'.repeat(12_000)}`,
  gibberish: () => 'Bearer ...',
  basic: ({ token }) => `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
  noScheme: ({ token }) => token,
  twice: ({ token }) => `Bearer ${token}, Bearer ${token}`,
  nul: ({ token }) => `Bearer ${token}%00`,
  json: () => 'Bearer {"alg":"none"}.{"sub":"admin"}.',
};

/**
 * What goes with a request instead of a good token.
 * @param {string} name of the forgery
 * @param {Theft} theft
 * @returns {{ headers: [string, string][], query?: string }}
 */
export function forge(name, theft) {
  if (name === 'inQuery') return { headers: [], query: `access_token=${theft.token}` };
  if (name === 'inCookie') return { headers: [['Cookie', `access_token=${theft.token}; token=${theft.token}`]] };
  return { headers: [['Authorization', HEADERS[name](theft)]] };
}
