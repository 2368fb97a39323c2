import { once } from 'node:events';
import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { Client } from 'pg';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { ConfigModule } from '../config/config.module.js';
import { runInContext } from '../context/request-context.js';
import { DatabaseModule } from '../database/database.module.js';
import { OutboxModule } from './outbox.module.js';
import { Outbox, OUTBOX_CHANNEL } from './outbox.js';
import { OutboxRepository } from './outbox.repository.js';

class Happened {
  static readonly type = 'Happened';

  constructor(readonly id: string) {}
}

class Nameless {
  readonly id = '1';
}

describe('the outbox', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let outbox: Outbox;
  let repository: OutboxRepository;
  let transactions: TransactionHost;

  beforeAll(async () => {
    database = await TestDatabase.create();
    // now() is rounded to milliseconds, as often up as down, and what is due up to half a millisecond later is not due yet.
    await database.rows("ALTER TABLE outbox_events ALTER next_try_at SET DEFAULT date_trunc('milliseconds', now())");
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([]), OutboxModule],
    }).compile();
    await module.init();
    outbox = module.get(Outbox);
    repository = module.get(OutboxRepository);
    transactions = module.get(TransactionHost);
  });

  beforeEach(() => database.rows('TRUNCATE outbox_events'));

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  const events = async () =>
    database.rows<Record<string, unknown>>("SELECT * FROM outbox_events ORDER BY payload->>'id'");

  const recordMany = async (...ids: string[]): Promise<void> => {
    for (const id of ids) await outbox.record(new Happened(id));
  };

  const claimIds = async (limit = 100): Promise<unknown[]> =>
    (await repository.claim(limit)).map(({ payload }) => (payload as Happened).id);

  describe('record', () => {
    it('commits the event with the change, and the ids of the request with it', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await runInContext({ requestId: 'req-1', traceparent, userId: 'ada' }, async () =>
        transactions.withTransaction(async () => {
          await outbox.record(new Happened('a'));
          expect(await events()).toEqual([]);
        }),
      );
      expect(await events()).toMatchObject([
        {
          type: 'Happened',
          payload: { id: 'a' },
          context: { requestId: 'req-1', traceparent },
          state: 'pending',
          tries: 0,
          last_error: null,
          done_at: null,
        },
      ]);
    });

    it('leaves nothing after a roll-back', async () => {
      const failing = transactions.withTransaction(async () => {
        await outbox.record(new Happened('a'));
        throw new Error('rolled back');
      });
      await expect(failing).rejects.toThrow('rolled back');
      expect(await events()).toEqual([]);
    });

    it('refuses an event without a type, which nobody could hear', async () => {
      await expect(outbox.record(new Nameless())).rejects.toThrow('Nameless has no static type');
      expect(await events()).toEqual([]);
    });

    it('calls the relays at the commit, and not after a roll-back', async () => {
      const listener = new Client({ connectionString: database.url });
      await listener.connect();
      try {
        await listener.query(`LISTEN ${OUTBOX_CHANNEL}`);
        const calls: unknown[] = [];
        listener.on('notification', ({ channel }) => calls.push(channel));
        const rolledBack = transactions.withTransaction(async () => {
          await outbox.record(new Happened('never'));
          throw new Error('rolled back');
        });
        await expect(rolledBack).rejects.toThrow('rolled back');

        const called = once(listener, 'notification');
        await outbox.record(new Happened('a'));
        await called;
        // Notifications come in the order of the commits, so one of the roll-back would be here by now.
        expect(calls).toEqual([OUTBOX_CHANNEL]);
      } finally {
        await listener.end();
      }
    });
  });

  describe('claim', () => {
    it('takes what is due, the longest overdue first, and no more than asked for', async () => {
      await recordMany('a', 'b', 'c');
      await database.rows(
        "UPDATE outbox_events SET next_try_at = now() - interval '1 minute' WHERE payload->>'id' = 'c'",
      );
      expect(await claimIds(2)).toEqual(['c', 'a']);
    });

    it.each([
      { name: 'is not due yet', change: "next_try_at = now() + interval '1 minute'" },
      { name: 'is done', change: "state = 'done'" },
      { name: 'is parked', change: "state = 'parked'" },
    ])('leaves what $name', async ({ change }) => {
      await recordMany('a', 'b');
      await database.rows(`UPDATE outbox_events SET ${change} WHERE payload->>'id' = 'a'`);
      expect(await claimIds()).toEqual(['b']);
    });

    it('passes over what another transaction has claimed, until that ends', async () => {
      await recordMany('a', 'b', 'c');
      await transactions.withTransaction(async () => {
        expect(await claimIds(2)).toEqual(['a', 'b']);
        const others = await database.rows(
          `SELECT payload->>'id' AS id FROM outbox_events WHERE state = 'pending' FOR UPDATE SKIP LOCKED`,
        );
        expect(others).toEqual([{ id: 'c' }]);
      });
      expect(await claimIds()).toEqual(['a', 'b', 'c']);
    });
  });

  it.each([
    {
      name: 'done',
      act: async (id: string) => repository.done([id]),
      row: { state: 'done', last_error: null, done_at: expect.any(Date) },
    },
    {
      name: 'parked',
      act: async (id: string) => repository.park(id, 'No handler'),
      row: { state: 'parked', last_error: 'No handler', done_at: null },
    },
    {
      name: 'postponed',
      act: async (id: string) => repository.retryIn(id, 60_000, 'failed'),
      row: { state: 'pending', last_error: 'failed', done_at: null },
    },
  ])('notes that an event is $name, and of no other', async ({ act, row }) => {
    await recordMany('a', 'b');
    const [first] = await repository.claim(1);
    await act(first?.id ?? '');
    expect(await events()).toMatchObject([
      { ...row, tries: 1 },
      { state: 'pending', tries: 0, last_error: null },
    ]);
    expect(await claimIds()).toEqual(['b']);
  });

  describe('backlog', () => {
    it('is nothing when everything is done', async () => {
      await recordMany('a');
      await database.rows("UPDATE outbox_events SET state = 'done'");
      expect(await repository.backlog()).toEqual({ pending: 0, parked: 0, oldestAge: 0 });
    });

    it('counts what waits and what is parked, and how old the oldest is', async () => {
      await recordMany('a', 'b', 'c', 'd');
      await database.rows(
        "UPDATE outbox_events SET state = 'parked', created_at = now() - interval '9 hours' WHERE payload->>'id' = 'a'",
      );
      await database.rows("UPDATE outbox_events SET created_at = now() - interval '1 hour' WHERE payload->>'id' = 'b'");
      const { oldestAge, ...counts } = await repository.backlog();
      expect(counts).toEqual({ pending: 3, parked: 1 });
      // Times are kept to the millisecond, rounded.
      expect(Math.round(oldestAge / 60)).toBe(60);
    });
  });
});
