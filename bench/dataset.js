import { join } from 'node:path';
import { Client } from 'pg';
import { generatePosts, generateUsers } from '../dist/src/cli/generated-data.js';
import { completeSearchIndex } from '../dist/src/cli/search-index.js';
import { MIGRATIONS } from '../dist/src/core/database/migrations.js';
import { migrate } from '../dist/src/core/database/migrator.js';
import { migrateQueue } from '../dist/src/core/queue/queue-migrations.js';
import { startEmbeddedPostgres } from '../dist/src/local/postgres/embedded-postgres.js';

/**
 * @typedef {object} Dataset
 * @property {string} url of the database
 * @property {string[]} postIds of published posts, from all over the two years
 */

/** So many ids are asked for in turn, so that a single row does not stand for all. */
const POST_IDS = 500;

/**
 * A database of its own with generated accounts and posts, on a server with the settings of production: what is
 * written is flushed to the disk.
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @param {{ users: number, posts: number, isSearched?: boolean }} amounts
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
  await client.end();
  return { url, postIds };
}

/**
 * @param {Client} client
 * @param {{ users: number, posts: number, isSearched?: boolean }} amounts
 */
async function fill(client, { users, posts, isSearched = true }) {
  await generateUsers(client, null, { count: users });
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
