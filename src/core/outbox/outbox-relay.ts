import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Propagation, TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { inTime } from '../../common/timing/in-time.js';
import { ChannelListener } from '../database/channel-listener.js';
import { AppLogger } from '../logging/app-logger.js';
import { inCausedSpan } from '../tracing/tracing.js';
import { EventHandlers } from './event-handlers.js';
import type { AfterCommit } from './on-event.decorator.js';
import { OUTBOX_CHANNEL } from './outbox.js';
import { OutboxRepository, type ClaimedEvent } from './outbox.repository.js';

/** Events a transaction; more would hold their locks for longer. */
const BATCH = 100;
/** How often to look even if nobody called, in milliseconds: a notification may be lost with its connection. */
const POLL_INTERVAL = 5_000;
/** Milliseconds that the work after a commit may take. */
const AFTER_COMMIT_LIMIT = 5_000;
const RETRY_BASE = 1_000;
const RETRY_MAX = 300_000;
/** About a day of tries at the longest delay. */
const MAX_TRIES = 300;

interface Relayed {
  claimed: number;
  afterCommit: AfterCommit[];
}

/**
 * Takes events out of the outbox and hands each to its handlers, in the transaction that marks it done. Any number of
 * relays may run; one that dies rolls back, and another takes over.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private calledWhileRunning = false;
  private stopped = false;

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly handlers: EventHandlers,
    private readonly listener: ChannelListener,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.listener.start(OUTBOX_CHANNEL, () => this.call());
    this.timer = setInterval(() => this.call(), POLL_INTERVAL);
    this.call();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.listener.stop();
    await this.running;
  }

  /** Works until nothing is due. A call while it works makes it look once more, so that none is missed. */
  private call(): void {
    if (this.stopped) return;
    if (this.running) {
      this.calledWhileRunning = true;
      return;
    }
    this.running = this.drain().finally(() => {
      this.running = undefined;
      if (this.calledWhileRunning) {
        this.calledWhileRunning = false;
        this.call();
      }
    });
  }

  private async drain(): Promise<void> {
    try {
      while (!this.stopped && (await this.relayBatch()) === BATCH);
    } catch (error) {
      this.logger.warn({ err: error, msg: 'The outbox could not be read; it is tried again with the next poll' });
    }
  }

  /** @returns how many events were claimed */
  async relayBatch(): Promise<number> {
    const { claimed, afterCommit } = await this.together().catch(() => this.oneByOne());
    // Side by side: one round trip to the queue for each would hold up the next batch.
    await Promise.all(afterCommit.map((work) => this.attempt(work)));
    return claimed;
  }

  /** The fast way: what handlers read and write they may do together. An event that fails takes the whole batch back. */
  private async together(): Promise<Relayed> {
    return this.transactions.withTransaction(async () => {
      const { claimed, known } = await this.claim();
      const handled = await Promise.allSettled(known.map(async (event) => this.handle(event)));
      const afterCommit = handled.flatMap((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      });
      await this.outbox.done(known.map(({ id }) => id));
      return { claimed, afterCommit };
    });
  }

  /** Each event in a savepoint of its own, so that one that fails leaves the others of its batch alone. */
  private async oneByOne(): Promise<Relayed> {
    return this.transactions.withTransaction(async () => {
      const { claimed, known } = await this.claim();
      const afterCommit: AfterCommit[] = [];
      for (const event of known) afterCommit.push(...(await this.handleApart(event)));
      return { claimed, afterCommit };
    });
  }

  /** Events that nobody knows are parked. */
  private async claim(): Promise<{ claimed: number; known: ClaimedEvent[] }> {
    const events = await this.outbox.claim(BATCH);
    const known: ClaimedEvent[] = [];
    for (const event of events)
      if (this.handlers.for(event.type).length > 0) known.push(event);
      else {
        this.logger.warn({ event: event.type, eventId: event.id, msg: 'Nobody knows this event; it is parked' });
        await this.outbox.park(event.id, 'No handler');
      }
    return { claimed: events.length, known };
  }

  private async handle({ id, type, payload, context }: ClaimedEvent): Promise<AfterCommit[]> {
    const attributes = { 'broadsheet.event.id': id, 'broadsheet.event.type': type };
    return inCausedSpan(`outbox.relay ${type}`, { context, attributes }, async () => {
      const afterCommit: AfterCommit[] = [];
      for (const handler of this.handlers.for(type)) {
        const work = await handler(payload);
        if (work) afterCommit.push(work);
      }
      return afterCommit;
    });
  }

  private async handleApart(event: ClaimedEvent): Promise<AfterCommit[]> {
    try {
      return await this.transactions.withTransaction(Propagation.Nested, async () => {
        const afterCommit = await this.handle(event);
        await this.outbox.done([event.id]);
        return afterCommit;
      });
    } catch (error) {
      await this.postpone(event, error);
      return [];
    }
  }

  private async postpone(event: ClaimedEvent, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.error({ err: error, event: event.type, eventId: event.id, msg: 'An event could not be handled' });
    if (event.tries + 1 >= MAX_TRIES) await this.outbox.park(event.id, reason);
    else await this.outbox.retryIn(event.id, Math.min(RETRY_BASE * 2 ** event.tries, RETRY_MAX), reason);
  }

  /** What fails here is made up for by whoever owns the work: the sweeper adds the jobs of mails again. */
  private async attempt(work: AfterCommit): Promise<void> {
    try {
      // A Redis that neither answers nor closes must not hold up the next batch.
      await inTime(work(), AFTER_COMMIT_LIMIT);
    } catch (error) {
      this.logger.warn({ err: error, msg: 'Work after the commit failed' });
    }
  }
}
