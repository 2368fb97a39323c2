import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { retryMails } from '../../src/cli/admin/mails/retry-mails.js';
import { generatePosts, generateUsers } from '../../src/cli/generated-data.js';
import { newId } from '../../src/common/ids/uuid.js';
import { PasswordsService } from '../../src/users/passwords/passwords.service.js';
import { admin, startAdmin } from '../support/admin.js';
import { until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';
import { testSettings } from '../support/test-settings.js';

const PASSWORD = 'correct horse battery';

/** The lines on standard output. */
async function exported(database: TestDatabase, more: string[] = []): Promise<string[]> {
  const { code, out } = await admin(database, ['export', '-', ...more]);
  expect(code).toBe(0);
  return out.trimEnd().split('\n');
}

const counts = (database: TestDatabase) =>
  database.rows(`SELECT (SELECT count(*)::int FROM users) AS accounts, (SELECT count(*)::int FROM posts) AS posts,
    (SELECT count(*)::int FROM outbox_events) AS events, (SELECT count(*)::int FROM emails) AS emails`);

describe('admin create', () => {
  let database: TestDatabase;

  beforeAll(async () => (database = await TestDatabase.create()));
  beforeEach(() => database.rows('TRUNCATE users, outbox_events, audit_events CASCADE'));
  afterAll(() => database.drop());

  const account = async () =>
    (await database.rows('SELECT email, username, role, is_active AS "isActive", password_hash AS hash FROM users'))[0];
  const events = async () => (await database.rows('SELECT type FROM outbox_events')).map(({ type }) => type);
  const trail = async () => database.rows('SELECT type, actor_id AS actor FROM audit_events');

  const matches = async (hash: string) =>
    (await new PasswordsService(testSettings(database.url)).check(PASSWORD, hash)).matches;

  it.each([
    { name: 'with a password', more: ['--password', PASSWORD], input: '' },
    { name: 'with a password on standard input', more: ['--password-stdin'], input: `${PASSWORD}\n` },
  ])('makes an administrator $name, as a sign-up does', async ({ more, input }) => {
    const args = ['create', '--email', ' Ada@example.com ', '--username', 'ada', ...more];
    expect(await admin(database, args, input)).toMatchObject({ code: 0, err: '' });
    const made = await account();
    expect(made).toMatchObject({ email: 'Ada@example.com', username: 'ada', role: 'admin', isActive: true });
    expect(await matches(made?.['hash'])).toBe(true);
    expect(await events()).toEqual(['UserRegistered']);
    expect(await trail()).toEqual([{ type: 'account.created', actor: null }]);
  });

  it('invites where there is no password and nobody to ask', async () => {
    const { code, out } = await admin(database, ['create', '--email', 'ada@example.com']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('invitation') });
    expect(await account()).toMatchObject({ role: 'admin', hash: null });
    expect(await events()).toEqual(['UserInvited']);
  });

  it('promotes the account of that address, active again and with the password it had', async () => {
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, is_active, password_hash)
       VALUES ($1, 'Ada@example.com', 'ada@example.com', 'ada', 'ada', false, 'v1:hash')`,
      [newId()],
    );
    const args = ['create', '--email', 'ADA@example.com', '--password', PASSWORD];
    expect(await admin(database, args)).toMatchObject({ code: 0, out: expect.stringContaining('those that it had') });
    const promoted = { email: 'Ada@example.com', username: 'ada', role: 'admin', isActive: true, hash: 'v1:hash' };
    expect(await account()).toEqual(promoted);

    expect(await admin(database, args)).toMatchObject({ code: 0, out: expect.stringContaining('already') });
    expect(await events()).toEqual(['RoleChanged']);
    expect(await trail()).toEqual([{ type: 'role.changed', actor: null }]);
  });

  it.each([
    { name: 'a wrong address', args: ['--email', 'ada'], says: 'email must be one e-mail address' },
    { name: 'a weak password', args: ['--password', 'password123'], says: 'password is among the most common' },
    {
      name: 'a wrong username',
      args: ['--username', 'a b', '--password', PASSWORD],
      says: 'username may have letters',
    },
    { name: 'two passwords', args: ['--password', PASSWORD, '--password-stdin'], says: 'not both' },
    { name: 'an empty standard input', args: ['--password-stdin'], says: 'Standard input is empty' },
  ])('refuses $name with one sentence', async ({ args, says }) => {
    const address = args.includes('--email') ? [] : ['--email', 'ada@example.com'];
    const { code, err } = await admin(database, ['create', ...address, ...args]);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(says) });
    expect(err.trim().split('\n')).toHaveLength(1);
    expect([await account(), await events()]).toEqual([undefined, []]);
  });
});

describe('admin', () => {
  it('says what there is, and refuses what there is not', async () => {
    const database = await TestDatabase.create();
    const [help, unknown] = [await admin(database, ['--help']), await admin(database, ['destroy'])];
    await database.drop();
    expect(help).toMatchObject({ code: 0, out: expect.stringMatching(/create[^]*export[^]*import/) });
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining("unknown command 'destroy'") });
  });
});

describe('admin export and import', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let directory: string;
  let file: string;
  let lines: string[];

  beforeAll(async () => {
    source = await TestDatabase.create();
    await fill(source);
    directory = await mkdtemp(join(tmpdir(), 'broadsheet-admin-'));
    file = join(directory, 'all.ndjson');
    expect(await admin(source, ['export', file])).toMatchObject({ code: 0, out: '' });
    lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  });

  beforeEach(async () => (target = await TestDatabase.create()));
  afterEach(() => target.drop());
  afterAll(async () => {
    await source.drop();
    await rm(directory, { recursive: true });
  });

  it('writes everything, for the operator alone', async () => {
    expect((await stat(file)).mode.toString(8).slice(-3)).toBe('600');
    await expect(stat(`${file}.partial`)).rejects.toThrow('ENOENT');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      type: 'header',
      format: 'broadsheet',
      version: 1,
      exportedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const types = lines.slice(1).map((line) => (JSON.parse(line) as { type: string }).type);
    const expected = [
      ['account', 40],
      ['post', 1_200],
      ['formerSlug', 2],
      ['revision', 2],
      ['subscription', 1],
    ] as const;
    expect(types).toEqual(expected.flatMap(([type, count]) => Array.from({ length: count }, () => type)));
  });

  it('brings everything into an empty database, and nothing more', async () => {
    const first = await admin(target, ['import', file]);
    expect(first).toEqual({ code: 0, err: '', out: '1,245 added, 0 there already, 0 refused.\n' });
    expect((await exported(target)).slice(1)).toEqual(lines.slice(1));
    expect(await counts(target)).toEqual([{ accounts: 40, posts: 1_200, events: 0, emails: 0 }]);
    // Without waiting for a worker.
    expect(
      await target.rows('SELECT 1 FROM posts p LEFT JOIN post_search s ON s.post_id = p.id WHERE s.post_id IS NULL'),
    ).toEqual([]);
    expect(await target.rows("SELECT 1 FROM users WHERE email_key = 'seed-user-1@example.com'")).toHaveLength(1);

    await target.rows("UPDATE posts SET title = 'Changed here'");
    const second = await admin(target, ['import', file]);
    expect(second).toEqual({ code: 0, err: '', out: '0 added, 1,245 there already, 0 refused.\n' });
    expect(await target.rows('SELECT DISTINCT title FROM posts')).toEqual([{ title: 'Changed here' }]);
  });

  it('leaves out password hashes where it is told to', async () => {
    const without = await exported(source, ['--without-passwords']);
    expect(without).toHaveLength(lines.length);
    expect(without.join('\n')).not.toMatch(/passwordHash|v1:/);
    expect(await admin(target, ['import', '-'], without.join('\n'))).toMatchObject({ code: 0 });
    expect(await target.rows('SELECT 1 FROM users WHERE password_hash IS NOT NULL')).toEqual([]);
  });

  it('goes on where it was killed', async () => {
    const killed = startAdmin(target, ['import', '-']);
    // What it has not read when it dies cannot be written any more.
    killed.stdin?.on('error', () => undefined);
    killed.stdin?.write(`${lines.slice(0, 700).join('\n')}\n`);
    await until(async () => (await target.rows('SELECT id FROM posts')).length > 0);
    killed.kill('SIGKILL');
    await once(killed, 'close');

    expect(await admin(target, ['import', file])).toMatchObject({
      code: 0,
      out: '705 added, 540 there already, 0 refused.\n',
    });
    expect((await exported(target)).slice(1)).toEqual(lines.slice(1));
  });

  it('refuses what is no export that it can read', async () => {
    for (const [input, says] of [
      ['', 'no header'],
      [lines.slice(1, 5).join('\n'), 'no header'],
      ['{"type":"header","format":"broadsheet","version":2}\n', 'version 2'],
    ] as const)
      expect(await admin(target, ['import', '-'], input)).toEqual({
        code: 1,
        out: '',
        err: expect.stringContaining(says),
      });
    for (const args of [
      ['import', join(directory, 'nothing')],
      ['import', directory],
      ['export', directory],
    ])
      expect(await admin(target, args)).toMatchObject({ code: 1, out: '' });
    expect(await counts(target)).toEqual([{ accounts: 0, posts: 0, events: 0, emails: 0 }]);
  });

  it('names each line that it cannot take, and takes the others', async () => {
    await target.rows(
      `INSERT INTO users (id, email, email_key, username, username_key)
       VALUES ($1, 'Taken@example.com', 'taken@example.com', 'Taken', 'taken')`,
      [newId()],
    );
    const record = (type: string) => JSON.parse(lines.find((line) => line.includes(`"type":"${type}"`)) ?? '');
    const account = { ...record('account'), id: newId(), email: 'bob@example.com', username: 'bob', deletedAt: null };
    const author = { authorId: account.id, editedById: null };
    const post = { ...record('post'), ...author, id: newId(), slug: 'a-post', deletedAt: null };
    const slug = { ...record('formerSlug'), postId: post.id, slug: 'an-old-slug' };
    const other = { ...post, id: newId(), slug: 'another-post' };
    const cases: [unknown, RegExp?][] = [
      [account],
      ['{"type":"account",', /no JSON/],
      [[account], /no JSON object/],
      [{ ...account, type: 'comment' }, /type "comment" is not known/],
      [{ ...account, id: newId(), email: 'TAKEN@example.com', username: 'free' }, /another account has this address/],
      [{ ...account, id: newId(), email: 'free@example.com', username: 'TAKEN' }, /another account has this username/],
      [{ ...account, isActive: 'yes' }, /isActive/],
      [{ ...account, passwordHash: '$2b$12$plain' }, /passwordHash: is no hash of this program/],
      [{ ...account, isAdmin: true }, /isAdmin/],
      [post],
      [{ ...post, id: newId() }, /another post has this slug/],
      [{ ...post, id: newId(), slug: 'b', authorId: newId() }, /author is not known/],
      [{ ...post, id: newId(), slug: 'c', title: '🎈'.repeat(201) }, /title: must have at most 200 characters/],
      [{ ...post, id: newId(), slug: 'd', version: 1.5 }, /version/],
      [{ ...post, id: newId(), slug: 'e', content: undefined }, /content/],
      [{ ...post, id: newId(), slug: 'f', content: 'a\0b' }, /content: has characters that cannot be stored/],
      [{ ...post, id: newId(), slug: 'g', createdAt: '0000-01-01T00:00:00Z' }, /out of range/],
      [{ ...post, id: newId(), slug: 'h', content: 'x'.repeat(11_000_000) }, /longer than 10 MB/],
      [{ ...other, title: '🎈'.repeat(200), content: '' }],
      [slug],
      [{ ...slug, postId: other.id }, /leads to another post/],
      [{ ...record('revision'), postId: newId() }, /post is not known/],
      [{ ...record('subscription'), id: newId(), subscriberId: newId(), authorId: account.id }, /subscriber is not/],
    ];
    const texts = cases.map(([line]) => (typeof line === 'string' ? line : JSON.stringify(line)));
    const broken = join(directory, 'broken.ndjson');
    await writeFile(broken, `${[lines[0], ...texts, ''].join('\r\n')}\n`);

    const { code, out, err } = await admin(target, ['import', broken]);
    expect({ code, out }).toEqual({ code: 2, out: '4 added, 0 there already, 19 refused.\n' });
    for (const [index, [, reason = /^taken$/]] of cases.entries()) {
      const said = err.split('\n').find((line) => line.startsWith(`line ${index + 2}: `));
      expect([index, said ?? 'taken']).toEqual([index, expect.stringMatching(reason)]);
    }
    expect(await counts(target)).toEqual([{ accounts: 2, posts: 2, events: 0, emails: 0 }]);
  });
});

/** Every kind and state that there is. */
async function fill(database: TestDatabase): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await generateUsers(client, 'v1:$2b$04$abcdefghijklmnopqrstuv', { count: 40 });
  await generatePosts(client, { count: 1_200 });
  await client.query(`
    UPDATE users SET deleted_at = now(), is_active = false WHERE username = 'seed-user-7';
    UPDATE users SET full_name = E'Zoë \\U0001F388 "', role = 'admin', pending_email = 'x@example.com'
      WHERE username = 'seed-user-8';
    UPDATE posts SET deleted_at = now() WHERE id IN (SELECT id FROM posts ORDER BY id LIMIT 3);
    UPDATE posts SET status = 'scheduled', published_at = NULL, publish_at = now() + interval '1 day',
        edited_by_id = author_id, content = E'# Tab\\t, line\\n, "quote" \\\\ and \\U0001F388'
      WHERE id IN (SELECT id FROM posts ORDER BY id DESC LIMIT 3);
    INSERT INTO post_slugs (slug, post_id)
      SELECT 'once-' || row_number() OVER (), id FROM posts ORDER BY id LIMIT 2;
    INSERT INTO post_revisions (post_id, version, slug, title, content, excerpt, tags, status, editor_id, created_at)
      SELECT id, 1, slug, title, content, excerpt, tags, 'draft', author_id, created_at FROM posts ORDER BY id LIMIT 2;
    INSERT INTO subscriptions (id, author_id, subscriber_id)
      SELECT gen_random_uuid(), min(id::text)::uuid, max(id::text)::uuid FROM users`);
  await client.end();
}

describe('admin mails retry', () => {
  let database: TestDatabase;

  beforeAll(async () => (database = await TestDatabase.create()));
  beforeEach(() => database.rows('TRUNCATE users, outbox_events, audit_events CASCADE'));
  afterAll(() => database.drop());

  /** One mail of each state. @returns the ids by state */
  async function mails(): Promise<Record<string, string>> {
    const rows = await database.rows<{ state: string; id: string }>(
      `WITH ada AS (
        INSERT INTO users (id, email, email_key, username, username_key)
        VALUES (gen_random_uuid(), 'ada@example.com', 'ada@example.com', 'ada', 'ada') RETURNING id
      )
      INSERT INTO emails (id, kind, user_id, to_address, to_key, context, state, tries, next_try_at)
      SELECT gen_random_uuid(), 'welcome', ada.id, 'ada@example.com', 'ada@example.com', '{}', state, 5, now() + interval '1 day'
      FROM ada, unnest(ARRAY['pending', 'sending', 'sent', 'failed', 'cancelled']) AS state RETURNING state, id`,
    );
    return Object.fromEntries(rows.map(({ state, id }) => [state, id]));
  }

  const due = async (): Promise<unknown[]> =>
    (await database.rows('SELECT id FROM emails WHERE state = $1 AND next_try_at <= now()', ['pending'])).map(
      ({ id }) => id,
    );

  it('makes all due again that failed, and tells the workers', async () => {
    const { failed } = await mails();
    expect(await admin(database, ['mails', 'retry'])).toMatchObject({ code: 0, out: '1 mail is due again.\n' });
    expect(await due()).toEqual([failed]);
    expect(await database.rows('SELECT type FROM outbox_events')).toEqual([{ type: 'EmailsRetried' }]);
    expect(await database.rows('SELECT type, actor_id FROM audit_events')).toEqual([
      { type: 'emails.retried', actor_id: null },
    ]);
  });

  it('says so when there is nothing to be retried, and tells nobody', async () => {
    expect(await retryMails(testSettings(database.url), undefined)).toBe(0);
    expect(await database.rows('SELECT type FROM outbox_events')).toEqual([]);
  });

  it('makes one due again, whether it failed or waits', async () => {
    const { failed, cancelled, pending = '' } = await mails();
    expect(await retryMails(testSettings(database.url), pending)).toBe(1);
    expect(await due()).toEqual([pending]);
    expect(await database.rows("SELECT id FROM emails WHERE state IN ('failed', 'cancelled')")).toEqual(
      expect.arrayContaining([{ id: failed }, { id: cancelled }]),
    );
  });

  it.each([
    { name: 'was sent', id: ({ sent = '' }: Record<string, string>) => sent, code: 'EMAIL_STATE_CONFLICT' },
    { name: 'is being sent', id: ({ sending = '' }: Record<string, string>) => sending, code: 'EMAIL_STATE_CONFLICT' },
    { name: 'is not there', id: () => newId(), code: 'EMAIL_NOT_FOUND' },
  ])('refuses one that $name', async ({ id, code }) => {
    await expect(retryMails(testSettings(database.url), id(await mails()))).rejects.toMatchObject({ code });
    expect(await due()).toEqual([]);
  });

  it.each([
    { name: 'has left already', id: ({ sent = '' }: Record<string, string>) => sent, err: 'left already' },
    { name: 'has no such id', id: () => "'; DROP TABLE emails", err: 'is not the id of a mail' },
  ])('says in one line that one $name', async ({ id, err }) => {
    const outcome = await admin(database, ['mails', 'retry', id(await mails())]);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(outcome.err).toMatch(err);
    expect(outcome.err.trimEnd()).not.toContain('\n');
  });
});
