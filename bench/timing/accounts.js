import { Client } from 'pg';
import { PasswordsService } from '../../dist/src/users/passwords/passwords.service.js';
import { createDataset } from '../dataset.js';

/** So many accounts are there at least, however few samples are asked for. */
const MINIMUM = 200;

/** @typedef {{ known: string, unknown: string }} Pair addresses of equal length */

/**
 * @typedef {object} Accounts
 * @property {string} url of the database
 * @property {Record<import('./trials.js').Trial['known'], Pair[]>} pairs
 */

// Of the generated accounts every other one is deleted for good: its address is unknown then, but as long as that of
// its neighbour and as deep in the indexes. The numbers that are left are even.
const PREPARE = [
  "DELETE FROM users WHERE substring(email_key FROM '[0-9]+')::int % 2 = 1",
  'UPDATE users SET password_hash = $1',
  "UPDATE users SET email_verified_at = NULL WHERE substring(email_key FROM '[0-9]+')::int > $1",
];

/**
 * A database with an account of its own for every pair.
 * @param {{ cleanup: import('../cleanup.js').Cleanup, directory: string }} place
 * @param {number} pairs of verified accounts, and as many of unverified ones
 * @param {number} bcryptCost that of the API
 * @returns {Promise<Accounts>}
 */
export async function createAccounts(place, pairs, bcryptCost) {
  const perKind = Math.max(pairs, MINIMUM / 2);
  const lastVerified = 2 * perKind;
  const { url } = await createDataset(place, { users: 4 * perKind + 1, posts: 0 });
  const hash = await new PasswordsService({ BCRYPT_COST: bcryptCost }).hash('the password of everybody');
  await prepare(url, [[], [hash], [lastVerified]]);
  return { url, pairs: { verified: pairsFrom(2, pairs), unverified: pairsFrom(lastVerified + 2, pairs) } };
}

/**
 * @param {string} url
 * @param {unknown[][]} values
 */
async function prepare(url, values) {
  const client = new Client({ connectionString: url });
  // A lost connection is told by the statement that it fails; unheard, this event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  for (const [index, statement] of PREPARE.entries()) await client.query(statement, values[index]);
  await client.query('VACUUM (FULL, ANALYZE) users');
  await client.query('CHECKPOINT');
  await client.end();
}

/**
 * @param {number} first
 * @param {number} count
 * @returns {Pair[]}
 */
const pairsFrom = (first, count) =>
  Array.from({ length: count }, (_, index) => {
    const number = first + 2 * index;
    return { known: addressOf(number), unknown: addressOf(number + 1) };
  });

/** @param {number} number */
const addressOf = (number) => `seed-user-${number}@example.com`;
