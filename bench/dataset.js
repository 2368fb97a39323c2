import { join } from 'node:path';
import { Client } from 'pg';
import { generatePosts, generateUsers, GENERATED_PASSWORD } from '../dist/src/cli/generated-data.js';
import { completeSearchIndex } from '../dist/src/cli/search-index.js';
import { MIGRATIONS } from '../dist/src/core/database/migrations.js';
import { migrate } from '../dist/src/core/database/migrator.js';
import { migrateQueue } from '../dist/src/core/queue/queue-migrations.js';
import { startEmbeddedPostgres } from '../dist/src/local/postgres/embedded-postgres.js';
import { PasswordsService } from '../dist/src/users/passwords/passwords.service.js';

/**
 * @typedef {object} Dataset
 * @property {string} url of the database
 * @property {string[]} postIds of published posts, from all over the two years
 * @property {{ title: string, content: string, tags: string[] }[]} texts of some of them
 * @property {string[]} accounts addresses of some accounts that can be signed in to
 * @property {string} password that of all of them
 */

/** So many ids are asked for in turn, so that a single row does not stand for all. */
const POST_IDS = 500;
const TEXTS = 100;
/** More than are signed in to at the same time, since tries of one account in parallel are taken for guessing. */
const ACCOUNTS = 200;

/**
 * @typedef {object} Amounts
 * @property {number} users
 * @property {number} posts
 * @property {boolean} [isSearched] whether the posts are put into the search index; yes, where it is left out
 * @property {number} [bcryptCost] of their passwords; nobody can sign in where it is left out
 */

/**
 * A database of its own with generated accounts and posts, on a server with the settings of production: what is
 * written is flushed to the disk.
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @param {Amounts} amounts
 * @param {string} [name] of its directory, where there are several
 * @returns {Promise<Dataset>}
 */
export async function createDataset({ cleanup, directory }, amounts, name = 'postgres') {
  const starting = startEmbeddedPostgres({ directory: join(directory, name) });
  cleanup.defer(async () => (await starting).stop());
  const { url } = await starting;
  await migrate(url, MIGRATIONS, migrateQueue);

  const client = new Client({ connectionString: url });
  // A lost connection is told by the statement that it fails; unheard, this event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  await fill(client, amounts);
  const postIds = await choosePostIds(client);
  const texts = await chooseTexts(client, postIds);
  await client.end();
  return { url, postIds, texts, accounts: addresses(Math.min(amounts.users, ACCOUNTS)), password: GENERATED_PASSWORD };
}

/**
 * @param {Client} client
 * @param {Amounts} amounts
 */
async function fill(client, { users, posts, isSearched = true, bcryptCost }) {
  const hash = bcryptCost && (await new PasswordsService({ BCRYPT_COST: bcryptCost }).hash(GENERATED_PASSWORD));
  await generateUsers(client, hash ?? null, { count: users });
  await generatePosts(client, { count: posts });
  if (isSearched) await completeSearchIndex(client, 'english');
  await client.query('VACUUM (ANALYZE)');
  // Otherwise the disk would be busy with all of this while the first round is measured.
  await client.query('CHECKPOINT');
}

/**
 * @param {Client} client
 * @returns {Promise<string[]>}
 */
async function choosePostIds(client) {
  const { rows } = await client.query(
    `SELECT id FROM (
       SELECT id, row_number() OVER (ORDER BY published_at) AS place, count(*) OVER () AS total
       FROM posts WHERE status = 'published'
     ) AS published WHERE place % greatest(1, total / $1) = 0 LIMIT $1`,
    [POST_IDS],
  );
  return rows.map(({ id }) => id);
}

/**
 * Those that begin with prose alone, of which a server without Markdown makes the same excerpt.
 * @param {Client} client
 * @param {string[]} ids
 */
async function chooseTexts(client, ids) {
  const { rows } = await client.query(
    `SELECT title, content, tags FROM posts WHERE id = ANY($1::uuid[]) AND left(content, 400) !~ '[*_#>-]'
     ORDER BY id LIMIT $2`,
    [ids, TEXTS],
  );
  return rows;
}

/** @param {number} count */
const addresses = (count) => Array.from({ length: count }, (_, index) => `seed-user-${index + 1}@example.com`);
