import { AsyncResource } from 'node:async_hooks';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ChannelListener } from '../../core/database/channel-listener.js';
import { KEPT_EVENTS, LIVE_CHANNEL } from '../../core/live/live-events.js';
import { LiveEventsRepository } from '../../core/live/live-events.repository.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { Metrics } from '../../core/metrics/metrics.js';
import { Backlog } from './backlog.js';

/** Events a read. */
const BATCH = 500;
/** How often to look even if nobody called, in milliseconds: a notification may be lost with its connection. */
const POLL_INTERVAL = 5_000;

/** Reads events as they are committed, by whichever process, each once and in the one order that there is. */
@Injectable()
export class LiveFeed implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly backlog = new Backlog();
  private readonly told;
  private readonly hearers: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private hasLoaded = false;
  private isFailing = false;
  private stopped = false;
  /** Never in the context of the request that happens to ask: it may be given up, and others wait for the same read. */
  private readonly read = AsyncResource.bind(async () => this.attempt());

  constructor(
    private readonly events: LiveEventsRepository,
    private readonly listener: ChannelListener,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.told = metrics.counter('live_events_total', 'Live events that were read to be told, by name', ['event']);
  }

  onApplicationBootstrap(): void {
    this.listener.start(LIVE_CHANNEL, () => void this.refresh());
    this.timer = setInterval(() => void this.refresh(), POLL_INTERVAL);
    void this.refresh();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.listener.stop();
    await this.running;
  }

  /** Calls back whenever there is more in the backlog. */
  onNews(hear: () => void): void {
    this.hearers.push(hear);
  }

  /** Once the backlog is there. */
  async ready(): Promise<void> {
    while (!this.hasLoaded && !this.stopped) await this.refresh();
  }

  /** Reads what there is; resolves after a read that began after the call, whether or not it succeeded. */
  async refresh(): Promise<void> {
    this.queued ??= this.running.then(async () => {
      this.queued = undefined;
      this.running = this.read();
      return this.running;
    });
    return this.queued;
  }

  private async attempt(): Promise<void> {
    try {
      await this.readAll();
      this.isFailing = false;
    } catch (error) {
      // Once an outage: others tell of it, too.
      const level = this.isFailing ? 'debug' : 'warn';
      this.logger[level]({ err: error, msg: 'Live events could not be read; it is tried again with the next poll' });
      this.isFailing = true;
    }
  }

  private async readAll(): Promise<void> {
    if (!this.hasLoaded) this.backlog.add(await this.events.newest(KEPT_EVENTS));
    this.hasLoaded = true;
    do await this.readPlaced();
    while (!this.stopped && (await this.events.place()));
  }

  private async readPlaced(): Promise<void> {
    for (let count = BATCH; count === BATCH && !this.stopped;) {
      const events = await this.events.after(this.backlog.head.position, BATCH);
      count = events.length;
      if (count === 0) return;
      this.backlog.add(events);
      for (const { name } of events) this.told.inc({ event: name });
      for (const hear of this.hearers) hear();
    }
  }
}
