import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../test/support/test-database.js';
import { testSettings } from '../../test/support/test-settings.js';
import { newId } from '../common/ids/uuid.js';
import { ConfigModule } from '../core/config/config.module.js';
import { DatabaseModule } from '../core/database/database.module.js';
import { KeysModule } from '../core/keys/keys.module.js';
import { PagingModule } from '../core/paging/paging.module.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { EmailsRepository } from './emails.repository.js';
import type { EmailRow } from './email-row.js';

const MINUTE = 60_000;

const query = (members: Partial<ListEmailsQuery> = {}): ListEmailsQuery => ({ limit: 20, ...members });

describe('EmailsRepository on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let emails: EmailsRepository;
  let deliveries: DeliveriesRepository;
  let userId: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([]), KeysModule, PagingModule],
      providers: [EmailsRepository, DeliveriesRepository],
    }).compile();
    await module.init();
    emails = module.get(EmailsRepository);
    deliveries = module.get(DeliveriesRepository);
    userId = newId();
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key)
        VALUES ($1, 'ada@example.com', 'ada@example.com', 'ada', 'ada')`,
      [userId],
    );
  });

  beforeEach(() => database.rows('TRUNCATE emails'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  async function owe(toAddress = 'Ada@example.com'): Promise<string> {
    const id = newId();
    await emails.insert([{ id, kind: 'welcome', userId, toAddress, context: { requestId: 'req-1' }, facts: {} }]);
    return id;
  }

  const set = async (id: string, change: string): Promise<unknown> =>
    database.rows(`UPDATE emails SET ${change} WHERE id = $1`, [id]);

  const stored = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const rows = await database.rows(
      'SELECT *, next_try_at > now() AS later, lease_until > now() AS leased FROM emails WHERE id = $1',
      [id],
    );
    return rows[0];
  };

  async function claim(id: string): Promise<EmailRow> {
    const email = await deliveries.claim(id, MINUTE);
    if (!email) throw new Error('It was not due');
    return email;
  }

  /** A try whose worker was gone for so long that another one has begun the next. */
  async function stale(): Promise<{ id: string; first: EmailRow; second: EmailRow }> {
    const id = await owe();
    const first = await claim(id);
    await set(id, "lease_until = now() - interval '1 second'");
    return { id, first, second: await claim(id) };
  }

  const overdueIds = async (patience = 10_000, limit = 100): Promise<string[]> =>
    (await deliveries.overdue(patience, 60_000, limit)).map(({ id }) => id);

  const addresses = async (members: Partial<ListEmailsQuery>): Promise<string[]> =>
    (await emails.page(query(members))).rows.map(({ toAddress }) => toAddress);

  it('owes a mail from the moment that it is inserted', async () => {
    const id = await owe();
    expect(await emails.byId(id)).toEqual({
      id,
      history: [],
      earlierTries: 0,
      kind: 'welcome',
      userId,
      postId: null,
      toAddress: 'Ada@example.com',
      state: 'pending',
      tries: 0,
      lastAnswer: null,
      context: { requestId: 'req-1' },
      facts: {},
      createdAt: expect.any(Date),
      sentAt: null,
    });
    expect(await emails.byId(newId())).toBeUndefined();
  });

  describe('claim', () => {
    it('begins a try, and keeps others away for the lease', async () => {
      const id = await owe();
      expect(await claim(id)).toMatchObject({ id, state: 'sending', tries: 1 });
      expect(await deliveries.claim(id, MINUTE)).toBeUndefined();
      const [{ seconds } = { seconds: 0 }] = await database.rows<{ seconds: number }>(
        'SELECT extract(epoch FROM lease_until - now())::float AS seconds FROM emails',
      );
      expect(seconds).toBeLessThanOrEqual(60);
      expect(seconds).toBeGreaterThan(0);
    });

    it('lets exactly one of twenty workers have it', async () => {
      const id = await owe();
      const claimed = await Promise.all(Array.from({ length: 20 }, async () => deliveries.claim(id, MINUTE)));
      expect(claimed.filter((email) => email !== undefined)).toMatchObject([{ tries: 1 }]);
      expect(await stored(id)).toMatchObject({ tries: 1 });
    });

    it('takes over from a worker that died, as the next try', async () => {
      const id = await owe();
      await claim(id);
      await set(id, "lease_until = now() - interval '1 millisecond'");
      expect(await claim(id)).toMatchObject({ tries: 2 });
    });

    it.each([
      { name: 'is not due yet', change: "next_try_at = now() + interval '1 minute'" },
      { name: 'is sent', change: "state = 'sent'" },
      { name: 'has failed', change: "state = 'failed'" },
      { name: 'was cancelled', change: "state = 'cancelled'" },
      { name: 'has an old lease but is sent', change: "state = 'sent', lease_until = now() - interval '1 hour'" },
    ])('leaves a mail that $name', async ({ change }) => {
      const id = await owe();
      await set(id, change);
      expect(await deliveries.claim(id, MINUTE)).toBeUndefined();
      expect(await stored(id)).toMatchObject({ tries: 0 });
    });

    it('leaves a mail that is not there', async () => {
      expect(await deliveries.claim(newId(), MINUTE)).toBeUndefined();
    });
  });

  describe('renew', () => {
    it('keeps other workers away for longer', async () => {
      const id = await owe();
      const email = await claim(id);
      await set(id, "lease_until = now() - interval '1 second'");
      await deliveries.renew(email, MINUTE);
      expect(await stored(id)).toMatchObject({ leased: true });
      expect(await deliveries.claim(id, MINUTE)).toBeUndefined();
    });

    it('is without effect once another worker has begun, or the mail is done', async () => {
      const { id, first, second } = await stale();
      await set(id, "lease_until = now() - interval '1 second'");
      await deliveries.renew(first, MINUTE);
      expect(await stored(id)).toMatchObject({ leased: false });
      await deliveries.finish(second, 'sent', 'ok');
      await deliveries.renew(second, MINUTE);
      expect(await stored(id)).toMatchObject({ state: 'sent', lease_until: null });
    });
  });

  describe('finish', () => {
    it.each([
      { state: 'sent', sentAt: expect.any(Date) },
      { state: 'failed', sentAt: null },
      { state: 'cancelled', sentAt: null },
    ] as const)('ends a try as $state', async ({ state, sentAt }) => {
      const id = await owe();
      await deliveries.finish(await claim(id), state, 'the answer');
      expect(await emails.byId(id)).toMatchObject({ state, lastAnswer: 'the answer', tries: 1, sentAt });
      expect(await stored(id)).toMatchObject({ lease_until: null });
      expect(await deliveries.claim(id, MINUTE)).toBeUndefined();
    });

    it('ends no other mail', async () => {
      const [id, other] = [await owe(), await owe()];
      await claim(other);
      await deliveries.finish(await claim(id), 'sent', 'ok');
      expect(await stored(other)).toMatchObject({ state: 'sending' });
    });
  });

  it('postpones, so that it is claimed again once it is time', async () => {
    const id = await owe();
    await deliveries.postpone(await claim(id), '451 later', MINUTE);
    expect(await stored(id)).toMatchObject({
      state: 'pending',
      tries: 1,
      last_answer: '451 later',
      lease_until: null,
      later: true,
    });
    expect(await deliveries.claim(id, MINUTE)).toBeUndefined();
    await set(id, 'next_try_at = now()');
    expect(await claim(id)).toMatchObject({ tries: 2 });
  });

  it.each([
    { name: 'finish', act: async (ended: EmailRow) => deliveries.finish(ended, 'failed', 'again') },
    { name: 'postpone', act: async (ended: EmailRow) => deliveries.postpone(ended, 'again', MINUTE) },
  ])('lets no try $name that has ended already', async ({ act }) => {
    const id = await owe();
    const email = await claim(id);
    await deliveries.finish(email, 'sent', '250 ok');
    await act(email);
    expect(await emails.byId(id)).toMatchObject({ state: 'sent', lastAnswer: '250 ok', tries: 1 });
  });

  describe('a try that lost its lease', () => {
    it.each([
      { name: 'finish', act: async (first: EmailRow) => deliveries.finish(first, 'failed', 'stale') },
      { name: 'postpone', act: async (first: EmailRow) => deliveries.postpone(first, 'stale', MINUTE) },
    ])('cannot $name while the next one runs', async ({ act }) => {
      const { id, first } = await stale();
      await act(first);
      expect(await stored(id)).toMatchObject({ state: 'sending', tries: 2, last_answer: null });
    });

    it.each([
      { name: 'finish', act: async (first: EmailRow) => deliveries.finish(first, 'failed', 'stale') },
      { name: 'postpone', act: async (first: EmailRow) => deliveries.postpone(first, 'stale', MINUTE) },
    ])('cannot $name what the next one has sent', async ({ act }) => {
      const { id, first, second } = await stale();
      await deliveries.finish(second, 'sent', '250 ok');
      await act(first);
      expect(await emails.byId(id)).toMatchObject({ state: 'sent', lastAnswer: '250 ok' });
    });
  });

  describe('overdue', () => {
    it('finds what waits longer than its job was given, and what died', async () => {
      const [waiting, fresh, dead, alive, sent, postponed] = [
        await owe(),
        await owe(),
        await owe(),
        await owe(),
        await owe(),
        await owe(),
      ];
      await set(waiting, "next_try_at = now() - interval '11 seconds'");
      await set(fresh, "next_try_at = now() - interval '5 seconds'");
      await set(
        dead,
        "state = 'sending', tries = 3, lease_until = now() - interval '1 second', next_try_at = now() - interval '1 second'",
      );
      await set(
        alive,
        "state = 'sending', lease_until = now() + interval '1 minute', next_try_at = now() - interval '1 hour'",
      );
      await set(sent, "state = 'sent', next_try_at = now() - interval '1 hour'");
      await set(postponed, "next_try_at = now() + interval '1 hour'");
      expect(await deliveries.overdue(10_000, 60_000, 100)).toEqual([
        { id: waiting, tries: 0, postId: null },
        { id: dead, tries: 3, postId: null },
      ]);
      expect(await overdueIds(1_000)).toEqual([waiting, fresh, dead]);
    });

    it('has more patience with mails about posts, and takes them last', async () => {
      const [news, late, account] = [await owe(), await owe(), await owe()];
      const [post] = await database.rows<{ id: string }>(
        `INSERT INTO posts (id, author_id, slug, title, content, excerpt)
          SELECT gen_random_uuid(), user_id, 'news', 'News', '', '' FROM emails WHERE id = $1 RETURNING id`,
        [news],
      );
      await set(news, `post_id = '${post?.id}', next_try_at = now() - interval '50 seconds'`);
      await set(account, "next_try_at = now() - interval '11 seconds'");
      expect(await overdueIds()).toEqual([account]);

      await set(news, "next_try_at = now() - interval '61 seconds'");
      await set(late, "next_try_at = now() - interval '30 seconds'");
      expect(await overdueIds()).toEqual([late, account, news]);
    });

    it('takes the longest overdue first, and no more than asked for', async () => {
      const [first, second] = [await owe(), await owe()];
      await set(first, "next_try_at = now() - interval '1 minute'");
      await set(second, "next_try_at = now() - interval '2 minutes'");
      expect(await overdueIds(10_000, 1)).toEqual([second]);
      expect(await overdueIds()).toEqual([second, first]);
    });
  });

  describe('page', () => {
    it('walks from the newest to the end, without gap or repetition, though times tie', async () => {
      for (let index = 0; index < 11; index += 1) {
        const id = await owe(`to${index}@example.com`);
        await database.rows(
          "UPDATE emails SET created_at = timestamptz '2026-03-01 12:00:00.123Z' + $2 * interval '1 second' WHERE id = $1",
          [id, Math.floor(index / 4)],
        );
      }
      const seen: EmailRow[] = [];
      let cursor: string | undefined;
      do {
        const { rows, page } = await emails.page(query({ limit: 2, cursor }));
        seen.push(...rows);
        cursor = page.nextCursor ?? undefined;
        await owe('newer@example.com');
      } while (cursor !== undefined && seen.length < 50);

      expect(seen).toHaveLength(11);
      expect(new Set(seen.map(({ id }) => id)).size).toBe(11);
      const times = seen.map(({ createdAt }) => createdAt.getTime());
      expect(times).toEqual([...times].sort((one, other) => other - one));
    });

    it.each([
      { members: { to: 'ada@example.com' }, found: ['Ada@example.com'] },
      { members: { to: 'ADA@EXAMPLE.COM' }, found: ['Ada@example.com'] },
      { members: { to: 'ada' }, found: [] },
      { members: { to: '%' }, found: [] },
      { members: { status: 'sent' }, found: ['bob@example.com'] },
      { members: { status: 'pending', to: 'bob@example.com' }, found: [] },
      { members: { kind: 'welcome' }, found: ['bob@example.com', 'Ada@example.com'] },
    ] as const)('finds by $members: $found', async ({ members, found }) => {
      await owe();
      await set(await owe('bob@example.com'), "state = 'sent'");
      expect(await addresses(members)).toEqual(found);
      expect((await emails.page(query({ ...members, count: 'exact' }))).page.total).toBe(found.length);
    });

    it('refuses a cursor of another list', async () => {
      for (let index = 0; index < 3; index += 1) await owe();
      const { page } = await emails.page(query({ limit: 1 }));
      await expect(emails.page(query({ to: 'ada@example.com', cursor: page.nextCursor ?? '' }))).rejects.toMatchObject({
        errors: [{ field: 'cursor' }],
      });
    });
  });

  it('counts by state', async () => {
    expect(await emails.countByState()).toEqual({});
    await owe();
    await owe();
    await set(await owe(), "state = 'failed'");
    expect(await emails.countByState()).toEqual({ pending: 2, failed: 1 });
  });

  it('tells what PostgreSQL estimates of those that are done, of which there may be very many', async () => {
    for (let index = 0; index < 3; index += 1) await set(await owe(), "state = 'sent'");
    for (let index = 0; index < 2; index += 1) await set(await owe(), "state = 'cancelled'");
    await owe();
    await database.rows('ANALYZE emails');
    expect(await emails.countByState()).toEqual({ pending: 1, sent: 3, cancelled: 2 });
  });

  it('tells the age of the oldest that is owed', async () => {
    expect(await emails.oldestOwed()).toBe(0);
    await set(await owe(), "state = 'sent', created_at = now() - interval '2 hours'");
    await set(await owe(), "created_at = now() - interval '1 hour'");
    await owe();
    expect(Math.floor((await emails.oldestOwed()) / 60)).toBe(60);
  });

  it('goes with the account that it was for', async () => {
    const gone = newId();
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key) VALUES ($1, 'x', 'x', 'x', 'x')`,
      [gone],
    );
    await emails.insert([{ id: newId(), kind: 'welcome', userId: gone, toAddress: 'x', context: {}, facts: {} }]);
    await database.rows('DELETE FROM users WHERE id = $1', [gone]);
    expect(await emails.countByState()).toEqual({});
  });
});
