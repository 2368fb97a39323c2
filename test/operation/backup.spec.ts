import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { restore } from '../../src/cli/admin/backup/restore.js';
import { Progress } from '../../src/cli/progress.js';
import { migrate } from '../../src/core/database/migrator.js';
import { MIGRATIONS, migrationNames } from '../../src/core/database/migrations.js';
import { migrateQueue } from '../../src/core/queue/queue-migrations.js';
import { admin, startAdmin } from '../support/admin.js';
import { contentsOf } from '../support/contents.js';
import { describeWithPostgres, InstalledPostgres } from '../support/installed-postgres.js';
import { MailSink } from '../support/mail-sink.js';
import { Program, until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

const EVERYTHING = readFileSync('test/fixtures/everything.sql', 'utf8');
/** Where none of PostgreSQL's programs is. */
const NO_PROGRAMS = { PATH: '/nonexistent' };

let directory: string;

beforeAll(async () => (directory = await mkdtemp(join(tmpdir(), 'broadsheet-backup-'))));
afterAll(() => rm(directory, { recursive: true }));

const workerOn = (url: string, sink: MailSink): Program =>
  new Program('dist/src/worker.js', {
    NODE_ENV: 'test',
    DATABASE_URL: url,
    SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    SMTP_URL: sink.url,
    WORKER_PORT: '0',
    HOST: '127.0.0.1',
  });

/** What --replace does, in this process. */
async function restored(database: TestDatabase, path: string): Promise<string> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const start = (await readFile(path)).subarray(0, 65_536);
  const signal = new AbortController().signal;
  const parts = { file: path, start, url: database.url, mayReplace: true, progress: new Progress(), signal };
  return restore(client, parts).finally(() => client.end());
}

const damaged = async (name: string, content: string[]): Promise<string> => {
  const path = join(directory, name);
  await writeFile(path, `${content.join('\n')}\n`);
  return path;
};

/** Of pg_dump, as everybody on the machine sees it. */
const commands = (): string[] =>
  execFileSync('ps', ['-A', '-o', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('--lock-wait-timeout'));

describe('admin backup and restore, without pg_dump', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let file: string;
  let lines: string[];

  beforeAll(async () => {
    source = await TestDatabase.create();
    await source.rows(EVERYTHING);
    file = join(directory, 'all.backup');
    expect(await admin(source, ['backup', file], '', NO_PROGRAMS)).toMatchObject({
      code: 0,
      out: expect.stringContaining('as rows (pg_dump is not on the PATH)'),
    });
    lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  });

  beforeEach(async () => (target = await TestDatabase.create()));
  afterEach(() => target.drop());
  afterAll(() => source.drop());

  it('keep every row of every table, for the operator alone', async () => {
    expect((await stat(file)).mode.toString(8).slice(-3)).toBe('600');
    expect(await readdir(directory)).not.toContain('all.backup.partial');
    const before = await contentsOf(source);
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);

    const { code, out } = await admin(target, ['restore', file], '', NO_PROGRAMS);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'Restored 3 accounts, 4 posts and 3 mails, of which 1 are owed.\n',
    });
    expect(await contentsOf(target)).toEqual(before);
    expect(await target.rows("SELECT FROM pg_tables WHERE schemaname = 'bullmq' LIMIT 1")).toHaveLength(1);
    // What is made next does not meet what was restored.
    expect(await target.rows("SELECT nextval('live_events_positions')::int AS next")).toEqual([{ next: 8 }]);
  });

  it('never write over a file unless they are told to, nor leave half of one', async () => {
    const before = await readFile(file);
    expect(await admin(source, ['backup', file])).toMatchObject({ code: 1, err: expect.stringContaining('--force') });
    expect(await readFile(file)).toEqual(before);

    const mine = join(directory, 'mine.backup');
    await writeFile(mine, 'something else');
    expect(await admin(source, ['backup', '--force', '--rows', mine])).toMatchObject({ code: 0 });
    expect((await readFile(mine, 'utf8')).split('\n')).toHaveLength(lines.length + 1);

    const nowhere = { url: target.url.replace(/test_\w+$/, 'nowhere') };
    expect(await admin(nowhere, ['backup', join(directory, 'none')])).toMatchObject({ code: 1, out: '' });
    expect((await readdir(directory)).filter((name) => /none|partial/.test(name))).toEqual([]);
  });

  it('send what was owed, and nothing that was sent', async () => {
    const sink = await MailSink.start();
    await restored(target, file);
    const worker = workerOn(target.url, sink);
    await sink.mailsTo('grace@example.com');
    // Of an event that was waiting.
    await sink.mailsTo('Ada@example.com');
    await worker.stop();
    await sink.stop();
    expect(sink.received.map(({ envelopeTo, mail }) => [envelopeTo[0], mail.messageId?.slice(1, 37)])).toEqual(
      expect.arrayContaining([['grace@example.com', '01900000-0000-7000-8000-000000000042']]),
    );
    const log = await target.rows('SELECT kind, state, tries FROM emails ORDER BY kind, id');
    expect(log).toEqual([
      { kind: 'new-post', state: 'failed', tries: 24 },
      { kind: 'password-changed', state: 'sent', tries: 1 },
      { kind: 'welcome', state: 'sent', tries: 1 },
      { kind: 'welcome', state: 'sent', tries: 1 },
    ]);
    expect(sink.received).toHaveLength(2);
  });

  it('replace what is there only when they are told to', async () => {
    await target.rows(EVERYTHING);
    await target.rows("UPDATE posts SET title = 'Since'; DELETE FROM subscriptions");
    await target.rows('CREATE TABLE of_somebody_else (id int)');
    const before = await contentsOf(target);
    const refused = await admin(target, ['restore', file], '', NO_PROGRAMS);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/not empty.*--replace/) });
    expect(await contentsOf(target)).toEqual(before);

    await restored(target, file);
    expect(await contentsOf(target)).toEqual({ ...(await contentsOf(source)), of_somebody_else: [] });
  });

  it('change nothing where the file is no whole backup of this version or an older one', async () => {
    await target.rows(EVERYTHING);
    const before = await contentsOf(target);
    const header = JSON.parse(lines[0] ?? '') as { migrations: string[] };
    const newer = JSON.stringify({ ...header, migrations: [...header.migrations, 'Later1990000000000'] });
    const foreign = JSON.stringify({ table: 'passwords', row: { id: 1 } });
    const cases: [string, string[], RegExp][] = [
      ['cut', lines.slice(0, -3), /cut off/],
      ['torn', [...lines.slice(0, 5), lines[5]?.slice(0, 20) ?? ''], /damaged in line 6/],
      ['short', lines.toSpliced(4, 1), /says that it has \d+ rows/],
      ['long', [...lines, lines[2] ?? ''], /behind the end/],
      ['newer', [newer, ...lines.slice(1)], /The backup has a newer schema.*Later1990000000000/],
      ['foreign', [lines[0] ?? '', foreign, ...lines.slice(1)], /none of Broadsheet's: passwords/],
      ['version', [(lines[0] ?? '').replace('"version":1', '"version":2'), ...lines.slice(1)], /has version 2/],
      ['export', ['{"type":"header","format":"broadsheet","version":1}'], /is an export; import reads it/],
      ['other', ['Dear Ada,'], /is no backup/],
      ['empty', [], /is no backup/],
    ];
    for (const [name, content, says] of cases)
      await expect(restored(target, await damaged(name, content))).rejects.toThrow(says);
    expect(await contentsOf(target)).toEqual(before);
    const { code, out, err } = await admin(target, ['restore', '--replace', join(directory, 'cut')]);
    expect({ code, out, lines: err.trimEnd().split('\n').length }).toEqual({ code: 1, out: '', lines: 1 });
  });

  it('stay away from a database that is in use, or of a newer version', async () => {
    const used = new Client({ connectionString: target.url, application_name: 'broadsheet-queue' });
    await used.connect();
    await expect(restored(target, file)).rejects.toThrow('stop it first');
    await used.end();

    await target.rows("INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1990000000000')");
    await expect(restored(target, file)).rejects.toThrow('The database has a newer schema');
  });
});

describeWithPostgres('admin backup and restore, with pg_dump', () => {
  let server: InstalledPostgres;
  let paths: NodeJS.ProcessEnv;
  let database: { url: string };
  let client: Client;
  let file: string;

  beforeAll(async () => {
    server = await InstalledPostgres.start();
    paths = { PATH: server.folder };
    file = join(directory, 'all.dump');
    database = server;
    client = new Client({ connectionString: server.url });
    await client.connect();
    await migrate(server.url, MIGRATIONS, migrateQueue);
    await client.query(EVERYTHING);
  });

  afterAll(async () => {
    await client.end();
    server.stop();
  });

  const rows = async (text: string) => (await client.query(text)).rows as Record<string, unknown>[];

  it('bring back what was there, and all of it or nothing', async () => {
    const backup = await admin(database, ['backup', file], '', paths);
    expect(backup).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Written .*MB, by pg_dump\.$/m) });
    expect((await stat(file)).mode.toString(8).slice(-3)).toBe('600');
    const before = await contentsOf({ rows });

    // As after a day of work, with jobs in the queue.
    await client.query("UPDATE posts SET title = 'Since'; DELETE FROM sessions");
    await client.query('CREATE TABLE bullmq.job_of_yesterday (id int)');
    const since = await contentsOf({ rows });
    const refused = await admin(database, ['restore', file], '', paths);
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--replace') });

    const whole = await readFile(file);
    const cut = join(directory, 'cut.dump');
    await writeFile(cut, whole.subarray(0, whole.length - 2_000));
    const failed = await admin(database, ['restore', '--replace', cut], '', paths);
    expect(failed).toMatchObject({ code: 1, out: '', err: expect.stringContaining('pg_restore') });
    expect(await contentsOf({ rows })).toEqual(since);

    const again = await admin(database, ['restore', '--replace', file], '', paths);
    expect(again).toEqual({
      code: 0,
      err: '',
      out: 'Restored 3 accounts, 4 posts and 3 mails, of which 1 are owed.\n',
    });
    expect(await contentsOf({ rows })).toEqual(before);
    expect(await rows("SELECT tablename FROM pg_tables WHERE tablename = 'job_of_yesterday'")).toEqual([]);
  });

  it('refuse an archive of a newer version, of something else, or without the programs', async () => {
    const before = await contentsOf({ rows });
    expect(await admin(database, ['restore', '--replace', file], '', NO_PROGRAMS)).toMatchObject({
      code: 1,
      err: expect.stringContaining('pg_restore is not on the PATH'),
    });

    await client.query("INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1990000000000')");
    const newer = join(directory, 'newer.dump');
    expect(await admin(database, ['backup', newer], '', paths)).toMatchObject({ code: 0 });
    await client.query('DELETE FROM migrations WHERE timestamp = 1');
    expect(await admin(database, ['restore', '--replace', newer], '', paths)).toMatchObject({
      code: 1,
      err: expect.stringContaining('The backup has a newer schema than this version knows (Later1990000000000)'),
    });
    expect(await contentsOf({ rows })).toEqual(before);
    expect((await rows('SELECT name FROM migrations ORDER BY id')).map(({ name }) => name)).toEqual(migrationNames());
  });

  it('never show a password to others on the machine', async () => {
    // It waits for the lock, and can be looked at meanwhile.
    await client.query('BEGIN; LOCK TABLE users');
    const child = startAdmin(database, ['backup', '--force', file], paths);
    await until(() => commands().length > 0);
    const seen = commands();
    await client.query('ROLLBACK');
    await new Promise((resolve) => child.once('close', resolve));
    expect(child.exitCode).toBe(0);
    expect(seen.join()).not.toContain('secret');
  });
});
