/**
 * @typedef {object} Trial
 * @property {string} name
 * @property {'verified' | 'unverified'} known which accounts the known ones are
 * @property {(email: string) => Request} request the same for a known account as for an unknown one
 */

/** @typedef {{ path: string, type: string, body: string }} Request */

const AUTH = '/api/v1/auth';
const WRONG_PASSWORD = 'not the password of anybody';

/**
 * @param {string} path
 * @param {object} body
 * @returns {Request}
 */
const json = (path, body) => ({ path: AUTH + path, type: 'application/json', body: JSON.stringify(body) });

/**
 * @param {string} path
 * @param {Record<string, string>} fields
 * @returns {Request}
 */
const form = (path, fields) => ({
  path: AUTH + path,
  type: 'application/x-www-form-urlencoded',
  body: new URLSearchParams(fields).toString(),
});

/**
 * Every route that takes the name of an account from somebody who is not signed in.
 * @type {Trial[]}
 */
export const TRIALS = [
  {
    name: 'POST /auth/login',
    known: 'verified',
    request: (email) => json('/login', { username: email, password: WRONG_PASSWORD }),
  },
  {
    name: 'POST /auth/token',
    known: 'verified',
    request: (email) => form('/token', { grant_type: 'password', username: email, password: WRONG_PASSWORD }),
  },
  {
    name: 'POST /auth/password/forgot',
    known: 'verified',
    request: (email) => json('/password/forgot', { email }),
  },
  { name: 'POST /auth/email/resend', known: 'unverified', request: (email) => json('/email/resend', { email }) },
  { name: 'POST /auth/email/resend', known: 'verified', request: (email) => json('/email/resend', { email }) },
];
