import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrationDataSourceOptions } from '../../src/core/database/data-source.js';
import { MIGRATIONS, migrationNames } from '../../src/core/database/migrations.js';
import { migrate } from '../../src/core/database/migrator.js';
import { admin } from '../support/admin.js';
import { contentsOf } from '../support/contents.js';
import { MailSink } from '../support/mail-sink.js';
import { freePort, Program } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

const RELEASES = 'test/fixtures/releases';
const released = readdirSync(RELEASES).filter((name) => name.endsWith('.ndjson'));

/** What is in each old database, in the shape that its version gave it; test/fixtures/everything.sql has the same. */
const FIRST_SCHEMA = readFileSync('test/fixtures/first-schema.sql', 'utf8');
const ADA = { username: 'ada@example.com', password: 'correct horse battery' };
const POST = '01900000-0000-7000-8000-000000000021';
const OWED = '01900000-0000-7000-8000-000000000042';

const nothingAfter = async (): Promise<void> => undefined;

/** One that nothing has been migrated in. */
async function emptyDatabase(): Promise<TestDatabase> {
  const database = await TestDatabase.create();
  await database.rows('DROP SCHEMA public CASCADE; DROP SCHEMA bullmq CASCADE; CREATE SCHEMA public');
  return database;
}

const applied = async (database: TestDatabase): Promise<unknown[]> =>
  (await database.rows('SELECT name FROM migrations ORDER BY id')).map(({ name }) => name);

/** Starts today's processes, and looks for what was there: over HTTP, and in the mailbox. */
async function expectServed({ url }: TestDatabase): Promise<void> {
  const sink = await MailSink.start();
  const port = await freePort();
  const environment = {
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    WORKER_PORT: '0',
    DATABASE_URL: url,
    SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    SMTP_URL: sink.url,
    BCRYPT_COST: '4',
  };
  const programs = ['main', 'worker'].map((name) => new Program(`dist/src/${name}.js`, environment));
  try {
    await Promise.all(programs.map((program) => program.says('"msg":"Started"')));
    const api = async (path: string, body?: object, headers = {}): Promise<{ status: number; body: unknown }> => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
      const answer = await fetch(
        `http://127.0.0.1:${port}/${path}`,
        body ? { ...init, body: JSON.stringify(body) } : { headers },
      );
      return { status: answer.status, body: await answer.json() };
    };
    expect(await api('readiness')).toMatchObject({ status: 200, body: { checks: { migrations: 'up', queue: 'up' } } });

    const signedIn = await api('api/v1/auth/login', ADA);
    expect(signedIn.status).toBe(200);
    const { access_token: token } = signedIn.body as { access_token: string };
    const authorization = `Bearer ${token}`;
    expect(await api('api/v1/users/me', undefined, { authorization })).toMatchObject({
      status: 200,
      body: { email: 'Ada@example.com', username: 'Ada', role: 'admin', emailVerified: true },
    });
    expect(await api('api/v1/posts/the-first-post')).toMatchObject({
      status: 200,
      body: {
        id: POST,
        title: 'The first post',
        status: 'published',
        publishedAt: '2026-01-02T03:04:05.678Z',
        author: { username: 'Ada' },
      },
    });
    expect(await api('api/v1/posts?author=grace')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await api('api/v1/posts', { title: 'After the upgrade', content: 'x' }, { authorization })).toMatchObject({
      status: 201,
      body: { slug: 'after-the-upgrade' },
    });

    const [welcome] = await sink.mailsTo('grace@example.com');
    expect(welcome?.messageId).toContain(OWED);
  } finally {
    await Promise.all(programs.map((program) => program.stop('SIGKILL')));
    await sink.stop();
  }
}

async function withoutDefaults(database: TestDatabase): Promise<Record<string, unknown[]>> {
  // The one column whose default is the moment of the migration.
  await database.rows("UPDATE users SET credentials_changed_at = '2026-01-01'");
  return contentsOf(database);
}

describe('an upgrade', () => {
  let directory: string;

  beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'broadsheet-upgrade-'))));
  afterAll(() => rm(directory, { recursive: true }));

  it('from the first schema, by ten at once, keeps and serves what is there', async () => {
    const database = await emptyDatabase();
    await migrate(database.url, MIGRATIONS.slice(0, 1), nothingAfter);
    await database.rows(FIRST_SCHEMA);
    // A backup that was made before the upgrade, by the version that upgrades.
    const backup = join(directory, 'first.backup');
    expect(await admin(database, ['backup', '--rows', backup])).toMatchObject({ code: 0 });

    const environment = { NODE_ENV: 'test', DATABASE_URL: database.url, SECRET_KEY: '-'.repeat(32) };
    const ten = Array.from({ length: 10 }, () => new Program('dist/src/migrate.js', environment));
    expect(await Promise.all(ten.map((program) => program.end()))).toEqual(ten.map(() => 0));
    expect(ten.filter(({ output }) => output.includes('"msg":"Migrated"'))).toHaveLength(1);
    expect(await applied(database)).toEqual(migrationNames());

    const restored = await emptyDatabase();
    expect(await admin(restored, ['restore', backup])).toMatchObject({
      code: 0,
      out: expect.stringContaining(`run since: ${migrationNames().slice(1).join(', ')}`),
    });
    expect(await withoutDefaults(restored)).toEqual(await withoutDefaults(database));
    await restored.drop();

    await expectServed(database);
    await database.drop();
  }, 60_000);

  it('can be taken back with what is there', async () => {
    const database = await emptyDatabase();
    await migrate(database.url, MIGRATIONS.slice(0, 1), nothingAfter);
    await database.rows(FIRST_SCHEMA);
    const before = await contentsOf(database);
    await migrate(database.url, MIGRATIONS, nothingAfter);

    const dataSource = await new DataSource(migrationDataSourceOptions(database.url, MIGRATIONS)).initialize();
    for (let left = MIGRATIONS.length; left > 1; left -= 1) await dataSource.undoLastMigration({ transaction: 'each' });
    await dataSource.destroy();
    expect(await contentsOf(database)).toEqual(before);
    await database.drop();
  });

  it('from every release keeps and serves what is there', async () => {
    for (const name of released) {
      const database = await emptyDatabase();
      const { code, err } = await admin(database, ['restore', join(RELEASES, name)]);
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
      expect(await applied(database)).toEqual(migrationNames());
      await expectServed(database);
      await database.drop();
    }
  });
});
