import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
// From the build, which the tests of whole processes need anyway: what Jest calls here is not mapped by its configuration.
import { MIGRATIONS } from '../../dist/src/core/database/migrations.js';
import { migrate } from '../../dist/src/core/database/migrator.js';
import { migrateQueue } from '../../dist/src/core/queue/queue-migrations.js';
import { startEmbeddedPostgres } from '../../dist/src/local/postgres/embedded-postgres.js';

/** Copied for every test file; nobody connects to it, as a database in use cannot be copied. */
const TEMPLATE = 'broadsheet_template';

/** One PostgreSQL for the whole run, without the waits for the disk that a throw-away server does not need. */
export default async function globalSetup() {
  const directory = await mkdtemp(join(tmpdir(), 'broadsheet-test-'));
  // PostgreSQL runs as another user where this one is root.
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({
    directory,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
  });
  await migrate(await createTemplate(server.url), MIGRATIONS, migrateQueue);

  process.env.TEST_SERVER_URL = server.url;
  process.env.TEST_TEMPLATE = TEMPLATE;
  globalThis.testServer = { server, directory };
}

async function createTemplate(serverUrl) {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${TEMPLATE}`;
  return url.toString();
}
