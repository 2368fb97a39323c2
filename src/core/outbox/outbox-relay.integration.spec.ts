import { Injectable } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { deferred } from '../../../test/support/deferred.js';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { ConfigModule } from '../config/config.module.js';
import { currentContext, runInContext } from '../context/request-context.js';
import { ChannelListener } from '../database/channel-listener.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sql } from '../database/sql.js';
import { AppLogger } from '../logging/app-logger.js';
import { LoggingModule } from '../logging/logging.module.js';
import { EventHandlers } from './event-handlers.js';
import { OnEvent, type AfterCommit } from './on-event.decorator.js';
import { OutboxModule } from './outbox.module.js';
import { OutboxRelay } from './outbox-relay.js';
import { Outbox } from './outbox.js';

class Happened {
  static readonly type = 'Happened';

  constructor(readonly id: string) {}
}

class Unheard {
  static readonly type = 'Unheard';

  constructor(readonly id: string) {}
}

/** What handlers do is the business of each test. */
@Injectable()
class Subscriber {
  readonly handled: string[] = [];
  work: (event: Happened) => Promise<AfterCommit | void> = async () => undefined;

  @OnEvent(Happened)
  async onHappened(event: Happened): Promise<AfterCommit | void> {
    const afterCommit = await this.work(event);
    this.handled.push(event.id);
    return afterCommit;
  }
}

@Injectable()
class SecondSubscriber {
  readonly handled: string[] = [];

  @OnEvent(Happened)
  async onHappened({ id }: Happened): Promise<AfterCommit | void> {
    this.handled.push(id);
  }
}

interface Process {
  module: TestingModule;
  relay: OutboxRelay;
  outbox: Outbox;
  sql: Sql;
  subscriber: Subscriber;
  second: SecondSubscriber;
}

/** Once the process has begun to handle this event. */
async function handledBy({ subscriber }: Process, id: string): Promise<void> {
  const handled = deferred();
  subscriber.work = async (event) => {
    if (event.id === id) handled.resolve();
  };
  return handled.promise;
}

describe('OutboxRelay', () => {
  let database: TestDatabase;
  let processes: Process[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    // now() is rounded to milliseconds, as often up as down, and what is due up to half a millisecond later is not due yet.
    await database.rows("ALTER TABLE outbox_events ALTER next_try_at SET DEFAULT date_trunc('milliseconds', now())");
  });

  beforeEach(() => database.rows('TRUNCATE outbox_events'));

  afterEach(async () => {
    await Promise.all(processes.map(async ({ module }) => module.close()));
    processes = [];
  });

  afterAll(() => database.drop());

  /** A worker of its own on the same database. */
  async function start(): Promise<Process> {
    const settings = testSettings(database.url);
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(settings),
        LoggingModule.forRoot(new AppLogger(settings)),
        DatabaseModule.forRoot([]),
        OutboxModule,
        DiscoveryModule,
      ],
      providers: [EventHandlers, ChannelListener, OutboxRelay, Subscriber, SecondSubscriber],
    }).compile();
    await module.init();
    const started = {
      module,
      relay: module.get(OutboxRelay),
      outbox: module.get(Outbox),
      sql: module.get(Sql),
      subscriber: module.get(Subscriber),
      second: module.get(SecondSubscriber),
    };
    processes.push(started);
    return started;
  }

  /** The same, but it relays only when it is told to. */
  async function startSilent(): Promise<Process> {
    const started = await start();
    await started.relay.beforeApplicationShutdown();
    return started;
  }

  /** The rows of the outbox, by the id in their payload. */
  const events = async (): Promise<Record<string, Record<string, unknown>>> => {
    const rows = await database.rows<{ payload: { id: string } } & Record<string, unknown>>(
      'SELECT *, next_try_at > now() AS later FROM outbox_events',
    );
    return Object.fromEntries(rows.map((row) => [row.payload.id, row]));
  };

  const states = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(await events()).map(([id, { state }]) => [id, state]));

  it('hands an event to each of its handlers, once, in the context of its request', async () => {
    const { relay, outbox, subscriber, second } = await startSilent();
    let requestId: string | undefined;
    subscriber.work = async () => void (requestId = currentContext().requestId);
    await runInContext({ requestId: 'req-1' }, async () => outbox.record(new Happened('a')));

    expect(await relay.relayBatch()).toBe(1);
    expect(await relay.relayBatch()).toBe(0);

    expect([subscriber.handled, second.handled, requestId]).toEqual([['a'], ['a'], 'req-1']);
    expect(await events()).toMatchObject({ a: { state: 'done', tries: 1, done_at: expect.any(Date) } });
    expect(currentContext()).toEqual({});
  });

  it('parks an event that nobody knows, and goes on with the others', async () => {
    const { relay, outbox, subscriber } = await startSilent();
    await outbox.record(new Unheard('unheard'));
    await outbox.record(new Happened('a'));
    expect(await relay.relayBatch()).toBe(2);
    expect(await events()).toMatchObject({
      unheard: { state: 'parked', last_error: 'No handler', tries: 1 },
      a: { state: 'done' },
    });
    expect(subscriber.handled).toEqual(['a']);
    expect(await relay.relayBatch()).toBe(0);
  });

  it('postpones an event whose handler fails, with what it wrote taken back, and does the others', async () => {
    const { relay, outbox, sql, subscriber } = await startSilent();
    const write = {
      name: 'test.write',
      text: "INSERT INTO outbox_events (id, type, payload) VALUES (gen_random_uuid(), 'Effect', $1)",
    };
    subscriber.work = async ({ id }) => {
      await sql.rows(write, [{ id: `effect of ${id}` }]);
      if (id === 'broken') throw new Error('not today');
    };
    for (const id of ['a', 'broken', 'b']) await outbox.record(new Happened(id));

    expect(await relay.relayBatch()).toBe(3);
    expect(await events()).toMatchObject({
      a: { state: 'done' },
      b: { state: 'done' },
      broken: { state: 'pending', tries: 1, last_error: 'not today', later: true, done_at: null },
      'effect of a': { state: 'pending' },
      'effect of b': { state: 'pending' },
    });
    expect(await events()).not.toHaveProperty('effect of broken');
  });

  it('survives a statement of a handler that PostgreSQL refuses', async () => {
    const { relay, outbox, sql, subscriber } = await startSilent();
    subscriber.work = async ({ id }) => {
      if (id === 'broken') await sql.rows({ name: 'test.broken', text: 'SELECT 1 / 0' });
    };
    for (const id of ['broken', 'a']) await outbox.record(new Happened(id));
    await relay.relayBatch();
    expect(await states()).toEqual({ broken: 'pending', a: 'done' });
  });

  it('tries again once it is time, and forgets the failure then', async () => {
    const { relay, outbox, subscriber } = await startSilent();
    subscriber.work = () => Promise.reject(new Error('not today'));
    await outbox.record(new Happened('a'));
    await relay.relayBatch();
    expect(await relay.relayBatch()).toBe(0);

    subscriber.work = async () => undefined;
    await database.rows('UPDATE outbox_events SET next_try_at = now()');
    expect(await relay.relayBatch()).toBe(1);
    expect(await events()).toMatchObject({ a: { state: 'done', tries: 2, last_error: null } });
  });

  it.each([
    { tries: 0, seconds: 1 },
    { tries: 3, seconds: 8 },
    { tries: 9, seconds: 300 },
    { tries: 298, seconds: 300 },
  ])('waits $seconds s after $tries failures before', async ({ tries, seconds }) => {
    const { relay, outbox, subscriber } = await startSilent();
    subscriber.work = () => Promise.reject(new Error('not today'));
    await outbox.record(new Happened('a'));
    await database.rows('UPDATE outbox_events SET tries = $1', [tries]);
    // The delay is counted from the beginning of the transaction, so it is read in front of and behind it.
    const [before] = await database.rows<{ now: Date }>('SELECT now()');
    await relay.relayBatch();
    const [after] = await database.rows<{ now: Date }>('SELECT now()');
    const { a: postponed } = await events();
    const at = Number(postponed?.['next_try_at']) - seconds * 1_000;
    expect(at).toBeGreaterThanOrEqual(Number(before?.now) - 1);
    expect(at).toBeLessThanOrEqual(Number(after?.now) + 1);
  });

  it('parks an event that failed three hundred times', async () => {
    const { relay, outbox, subscriber } = await startSilent();
    subscriber.work = () => Promise.reject(new Error('never'));
    await outbox.record(new Happened('a'));
    await database.rows('UPDATE outbox_events SET tries = 299');
    await relay.relayBatch();
    expect(await events()).toMatchObject({ a: { state: 'parked', tries: 300, last_error: 'never' } });
  });

  it('does the work after the commit when the event is done, and survives its failure', async () => {
    const { relay, outbox, subscriber } = await startSilent();
    const seen: unknown[] = [];
    subscriber.work = async () => async () => {
      seen.push(await states());
      throw new Error('the queue is gone');
    };
    for (const id of ['a', 'b']) await outbox.record(new Happened(id));
    expect(await relay.relayBatch()).toBe(2);
    expect(seen).toEqual([
      { a: 'done', b: 'done' },
      { a: 'done', b: 'done' },
    ]);
  });

  it('does no work after a commit for an event that failed', async () => {
    const { relay, outbox, subscriber, second } = await startSilent();
    const after = jest.fn();
    subscriber.work = async () => after;
    jest.spyOn(second.handled, 'push').mockImplementation(() => {
      throw new Error('the second handler failed');
    });
    await outbox.record(new Happened('a'));
    await relay.relayBatch();
    expect(await states()).toEqual({ a: 'pending' });
    expect(after).not.toHaveBeenCalled();
  });

  it('shares the work with another relay, each event to one of them', async () => {
    const [one, other] = await Promise.all([startSilent(), startSilent()]);
    const ids = Array.from({ length: 250 }, (_, index) => `event ${index}`);
    await Promise.all(ids.map(async (id) => one.outbox.record(new Happened(id))));

    // The first relay holds its batch until the second has done another one.
    const [claimed, released] = [deferred(), deferred()];
    one.subscriber.work = async () => {
      claimed.resolve();
      await released.promise;
    };
    const first = one.relay.relayBatch();
    await claimed.promise;
    expect(await other.relay.relayBatch()).toBe(100);
    released.resolve();
    expect(await first).toBe(100);
    const [rest, others] = await Promise.all([one.relay.relayBatch(), other.relay.relayBatch()]);
    expect(rest + others).toBe(50);

    expect([...one.subscriber.handled, ...other.subscriber.handled].sort()).toEqual([...ids].sort());
    expect(new Set(Object.values(await states()))).toEqual(new Set(['done']));
  });

  describe('on its own', () => {
    it('does what was left before it started', async () => {
      const { outbox } = await startSilent();
      await outbox.record(new Happened('left'));
      const worker = await start();
      await worker.module.close();
      processes.pop();
      expect(await states()).toEqual({ left: 'done' });
    });

    describe('without its poll', () => {
      // Only notifications are left to wake it.
      beforeEach(() => {
        const never = setTimeout(() => undefined, 2 ** 31 - 1).unref();
        jest.spyOn(globalThis, 'setInterval').mockReturnValue(never);
      });
      afterEach(() => jest.restoreAllMocks());

      it('is woken by each event', async () => {
        const worker = await start();
        // Looks at the start may find the first ones; later ones nobody but a notification tells of.
        for (const id of ['a', 'b', 'c', 'd', 'e']) {
          const handled = handledBy(worker, id);
          await worker.outbox.record(new Happened(id));
          await handled;
        }
        expect(worker.second.handled.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
      });

      it('listens again after its connection was cut, and misses nothing of the time between', async () => {
        const worker = await start();
        const first = handledBy(worker, 'first');
        await worker.outbox.record(new Happened('first'));
        await first;

        const second = handledBy(worker, 'second');
        const cut = await database.rows(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'broadsheet-outbox'",
        );
        expect(cut).toHaveLength(1);
        await worker.outbox.record(new Happened('second'));
        await second;
      });
    });
  });
});
