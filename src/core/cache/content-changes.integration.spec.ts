import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { until } from '../../../test/support/program.js';
import { ChannelListener } from '../database/channel-listener.js';
import { AppLogger } from '../logging/app-logger.js';
import { ContentChanges } from './content-changes.js';

const ADA = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55';
const POST = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f56';
const DRAFT = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f57';

const insertPost = (
  id: string,
  status: string,
) => `INSERT INTO posts (id, author_id, slug, title, content, excerpt, status,
    published_at) VALUES ('${id}', '${ADA}', 's${id}', 'Harbour', 'Text', 'Text', '${status}',
    ${status === 'published' ? 'now()' : 'NULL'})`;

describe('changes of the public content', () => {
  let database: TestDatabase;
  let listener: ChannelListener;
  let changes: ContentChanges;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const settings = testSettings(database.url);
    listener = new ChannelListener(settings, new AppLogger(settings));
    changes = new ContentChanges(settings, listener);
    changes.onApplicationBootstrap();
  });

  beforeEach(async () => {
    await database.rows(`TRUNCATE users CASCADE`);
    await database.rows(`INSERT INTO users (id, email, email_key, username, username_key, password_hash)
      VALUES ('${ADA}', 'ada@example.com', 'ada@example.com', 'ada', 'ada', 'x')`);
    await database.rows(insertPost(POST, 'published'));
    await database.rows(insertPost(DRAFT, 'draft'));
  });

  afterAll(async () => {
    await changes.beforeApplicationShutdown();
    await database.drop();
  });

  /** The stamp when all that was committed until now is known. */
  async function settled(): Promise<string> {
    const now = performance.now();
    await until(async () => listener.completeUntil > now);
    return changes.stamp();
  }

  it.each([
    ['a published post', insertPost(ADA, 'published')],
    ['a change of one', `UPDATE posts SET title = 'Port' WHERE id = '${POST}'`],
    ['a draft that is published', `UPDATE posts SET status = 'published', published_at = now() WHERE id = '${DRAFT}'`],
    ['a post that is taken back', `UPDATE posts SET status = 'draft' WHERE id = '${POST}'`],
    ['a post in the trash', `UPDATE posts SET deleted_at = now() WHERE id = '${POST}'`],
    ['a post that is purged', `DELETE FROM posts WHERE id = '${POST}'`],
    ['an emptied table', 'TRUNCATE posts CASCADE'],
    ['another name of an author', `UPDATE users SET full_name = 'Ada Lovelace' WHERE id = '${ADA}'`],
    ['another username', `UPDATE users SET username = 'lovelace' WHERE id = '${ADA}'`],
    ['an author in the trash', `UPDATE users SET deleted_at = now() WHERE id = '${ADA}'`],
  ])('are told: %s', async (_name, statement) => {
    const before = await settled();
    await database.rows(statement);
    expect(await settled()).not.toBe(before);
  });

  it.each([
    ['a draft', insertPost(ADA, 'draft')],
    ['a change of one', `UPDATE posts SET title = 'Port' WHERE id = '${DRAFT}'`],
    ['a change of none', "UPDATE posts SET title = 'Port' WHERE title = 'Nobody'"],
    [
      'a new account',
      `INSERT INTO users (id, email, email_key, username, username_key)
      VALUES ('${POST}', 'g@example.com', 'g@example.com', 'grace', 'grace')`,
    ],
    ['another address', `UPDATE users SET email = 'x@example.com', full_name = full_name WHERE id = '${ADA}'`],
    ['what is rolled back', `BEGIN; UPDATE posts SET title = 'Port'; ROLLBACK`],
  ])('are not told: %s', async (_name, statement) => {
    const before = await settled();
    await database.rows(statement);
    expect(await settled()).toBe(before);
  });

  it('are taken for granted each second while nobody can tell, and told again by a new connection', async () => {
    const before = await settled();
    await database.rows(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'broadsheet-public_content'`);
    await database.rows(`UPDATE posts SET title = 'Unheard' WHERE id = '${POST}'`);
    await until(async () => changes.stamp() !== before);
    expect(await settled()).not.toBe(before);
    const after = await settled();
    await database.rows(`UPDATE posts SET title = 'Heard' WHERE id = '${POST}'`);
    expect(await settled()).not.toBe(after);
  });

  it('are taken for granted each second by a process that has never been told', async () => {
    const settings = testSettings(database.url);
    const alone = new ContentChanges(settings, new ChannelListener(settings, new AppLogger(settings)));
    let now = 5_000.5;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const first = alone.stamp();
    now += 400;
    expect(alone.stamp()).toBe(first);
    now += 600;
    expect(alone.stamp()).not.toBe(first);
    jest.restoreAllMocks();
  });
});
