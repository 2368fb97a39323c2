import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { newId } from '../../common/ids/uuid.js';
import { AuditModule } from '../../core/audit/audit.module.js';
import { ClockModule } from '../../core/clock/clock.module.js';
import { ConfigModule } from '../../core/config/config.module.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { LoggingModule } from '../../core/logging/logging.module.js';
import { LiveEventsModule } from '../../core/live/live-events.module.js';
import { OutboxModule } from '../../core/outbox/outbox.module.js';
import { PagingModule } from '../../core/paging/paging.module.js';
import { PostsModule } from '../../posts/posts.module.js';
import { Settings } from '../../core/config/settings.js';
import { PostsService } from '../../posts/posts.service.js';
import { SubscriptionsModule } from '../../subscriptions/subscriptions.module.js';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service.js';
import { EmailFanOutsRepository } from '../bulk/email-fan-outs.repository.js';
import { EmailsRepository } from '../emails.repository.js';
import type { DueEmail } from '../email-row.js';
import { EmailFanOut } from './email-fan-out.js';
import type { EmailQueue } from './email-queue.js';

/** Two whole pages, and a bit. */
const FOLLOWERS = 1_201;
const PAGE = 500;

/** A queue that keeps the pages it is given, and does between them what a test wants to happen. */
class FakeQueue {
  readonly pages: DueEmail[][] = [];
  between: (page: number) => Promise<void> | void = () => undefined;

  async addAll(page: DueEmail[]): Promise<void> {
    await this.between(this.pages.push(page));
  }

  ids = (): string[] => this.pages.flat().map(({ id }) => id);
}

describe('EmailFanOut', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let author: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const settings = testSettings(database.url);
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(settings),
        LoggingModule.forRoot(new AppLogger(settings)),
        DatabaseModule.forRoot([]),
        ClockModule,
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        PostsModule,
        SubscriptionsModule,
      ],
      providers: [EmailFanOutsRepository, EmailsRepository],
    }).compile();
    await module.init();
    author = await addUsers('author', 1);
    await addUsers('follower', FOLLOWERS);
    await database.rows(
      `INSERT INTO subscriptions (id, author_id, subscriber_id)
        SELECT gen_random_uuid(), $1, id FROM users WHERE id <> $1`,
      [author],
    );
  });

  beforeEach(() => database.rows('TRUNCATE posts, emails CASCADE'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  async function addUsers(name: string, count: number): Promise<string> {
    const [user] = await database.rows<{ id: string }>(
      `INSERT INTO users (id, email, email_key, username, username_key, email_verified_at)
        SELECT gen_random_uuid(), name || '@example.com', name || '@example.com', name, name, now()
        FROM (SELECT $1 || '-' || n AS name FROM generate_series(1, $2) n) names RETURNING id`,
      [name, count],
    );
    return user?.id ?? '';
  }

  const worker = (queue = new FakeQueue(), pace: Partial<Settings> = {}) => ({
    queue,
    fanOut: new EmailFanOut(
      module.get(EmailFanOutsRepository),
      module.get(EmailsRepository),
      module.get(PostsService),
      module.get(SubscriptionsService),
      queue as unknown as EmailQueue,
      { ...module.get(Settings), ...pace },
    ),
  });

  /** A post that was published just now, and whose followers are owed a mail. */
  async function publish(): Promise<string> {
    const id = newId();
    await database.rows(
      `INSERT INTO posts (id, author_id, slug, title, content, excerpt, status, published_at)
        VALUES ($1, $2, $3, 'News', '', '', 'published', now())`,
      [id, author, id],
    );
    await module.get(EmailFanOutsRepository).begin(id, {});
    return id;
  }

  /** How many mails each follower has for a post: all of them one, in the end. */
  const mailsOf = async (postId: string): Promise<{ mails: number; followers: number }> => {
    const [row] = await database.rows<{ mails: number; followers: number }>(
      'SELECT count(*)::int AS mails, count(DISTINCT user_id)::int AS followers FROM emails WHERE post_id = $1',
      [postId],
    );
    return row ?? { mails: 0, followers: 0 };
  };

  const fanOutOf = async (postId: string) => {
    const [row] = await database.rows<{ mails: number; isDone: boolean }>(
      'SELECT mails, done_at IS NOT NULL AS "isDone" FROM email_fan_outs WHERE post_id = $1',
      [postId],
    );
    return row;
  };

  const EACH_ONCE = { mails: FOLLOWERS, followers: FOLLOWERS };

  it('writes a mail for each follower, and gives each to the queue once, page by page', async () => {
    const { fanOut, queue } = worker();
    const post = await publish();
    await fanOut.work();
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
    expect(queue.pages.map((page) => page.length)).toEqual([PAGE, PAGE, FOLLOWERS - 2 * PAGE]);
    expect(new Set(queue.ids()).size).toBe(FOLLOWERS);
    expect(await fanOutOf(post)).toEqual({ mails: FOLLOWERS, isDone: true });
    await fanOut.work();
    expect(queue.pages).toHaveLength(3);
  });

  it('writes no more mails a second than BULK_MAIL_RATE, of all workers together', async () => {
    const [one, other] = [worker(undefined, { BULK_MAIL_RATE: 100 }), worker(undefined, { BULK_MAIL_RATE: 100 })];
    const post = await publish();
    for (const { fanOut } of [one, other, one]) await fanOut.work();
    expect(await mailsOf(post)).toEqual({ mails: 100, followers: 100 });
    await database.rows(`UPDATE email_fan_outs SET next_page_at = now() - interval '1 second' WHERE post_id = $1`, [
      post,
    ]);
    for (const { fanOut } of [other, one]) await fanOut.work();
    expect(await mailsOf(post)).toEqual({ mails: 200, followers: 200 });
  });

  it('waits while too many of its mails are owed, and goes on when they have left', async () => {
    const { fanOut } = worker();
    const posts: string[] = [];
    for (let count = 0; count < 6; count += 1) posts.push(await publish());
    await fanOut.work();
    const written = async (): Promise<number> => {
      let total = 0;
      for (const post of posts) total += (await mailsOf(post)).mails;
      return total;
    };
    expect(await written()).toBeGreaterThanOrEqual(5_000);
    expect(await written()).toBeLessThan(5_500);
    await fanOut.work();
    expect(await written()).toBeLessThan(5_500);
    await database.rows(`UPDATE emails SET state = 'sent' WHERE state = 'pending'`);
    await fanOut.work();
    expect(await written()).toBe(6 * FOLLOWERS);
  });

  it('shares the posts with another worker, and every follower gets each of them once', async () => {
    const queue = new FakeQueue();
    const workers = [worker(queue), worker(queue), worker(queue)];
    const posts = [await publish(), await publish(), await publish(), await publish()];
    await Promise.all(workers.map(async ({ fanOut }) => fanOut.work()));
    for (const post of posts) {
      expect(await mailsOf(post)).toEqual(EACH_ONCE);
      expect(await fanOutOf(post)).toEqual({ mails: FOLLOWERS, isDone: true });
    }
    expect(queue.ids()).toHaveLength(posts.length * FOLLOWERS);
    expect(new Set(queue.ids()).size).toBe(posts.length * FOLLOWERS);
  });

  it('owes nothing twice where a post was published twice in a moment', async () => {
    const queue = new FakeQueue();
    const post = await publish();
    await module.get(EmailFanOutsRepository).begin(post, {});
    await Promise.all([worker(queue), worker(queue)].map(async ({ fanOut }) => fanOut.work()));
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
    expect(queue.ids()).toHaveLength(FOLLOWERS);
  });

  it.each([1, 2, 3])('goes on after it died behind page %i', async (last) => {
    const first = worker();
    first.queue.between = (page) => {
      if (page === last) throw new Error('the queue is gone');
    };
    const post = await publish();
    await expect(first.fanOut.work()).rejects.toThrow('the queue is gone');
    const second = worker();
    await second.fanOut.work();
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
    // The page at hand was not told to the queue, but is owed; the sweeper finds it.
    expect(second.queue.ids()).toHaveLength(Math.max(0, FOLLOWERS - last * PAGE));
    expect(await database.rows("SELECT 1 FROM emails WHERE state <> 'pending'")).toEqual([]);
    await first.fanOut.work();
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
  });

  it('takes a page back whose transaction fails, and writes it with the next run', async () => {
    const { fanOut } = worker();
    const post = await publish();
    jest.spyOn(module.get(EmailFanOutsRepository), 'advance').mockRejectedValueOnce(new Error('the database is gone'));
    await expect(fanOut.work()).rejects.toThrow('the database is gone');
    expect(await mailsOf(post)).toEqual({ mails: 0, followers: 0 });
    await fanOut.work();
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
  });

  it('stops where the post is withdrawn, and completes once it is back', async () => {
    const { fanOut, queue } = worker();
    const post = await publish();
    queue.between = async (page) => {
      if (page === 1)
        await database.rows("UPDATE posts SET status = 'draft', published_at = NULL WHERE id = $1", [post]);
    };
    await fanOut.work();
    expect(await mailsOf(post)).toEqual({ mails: PAGE, followers: PAGE });
    expect(await fanOutOf(post)).toEqual({ mails: PAGE, isDone: true });

    await database.rows("UPDATE posts SET status = 'published', published_at = now() WHERE id = $1", [post]);
    await module.get(EmailFanOutsRepository).begin(post, {});
    await fanOut.work();
    expect(await mailsOf(post)).toEqual(EACH_ONCE);
    expect(queue.ids()).toHaveLength(FOLLOWERS);
  });

  it('has one run at a time, whoever asks for it', async () => {
    const { fanOut, queue } = worker();
    await publish();
    await Promise.all([fanOut.work(), fanOut.work(), fanOut.work()]);
    expect(queue.ids()).toHaveLength(FOLLOWERS);
  });
});
