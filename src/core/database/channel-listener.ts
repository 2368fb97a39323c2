import { Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { BoundedClient } from './bounded-client.js';
import { connectionTarget } from './connection-target.js';
import { databaseTimeouts } from './data-source.js';

/** How PostgreSQL calls the connection of a listener: by it others see that there is one. */
export const listenerName = (channel: string): string => `broadsheet-${channel}`;

/** Milliseconds until the next attempt after the connection was lost. */
const RECONNECT_DELAY = 1_000;
/** How often a connection on which nothing comes is asked whether it is still one, in milliseconds. */
const CHECK_INTERVAL = 10_000;

interface Subscription {
  channel: string;
  onCall: () => void;
  /** Milliseconds. */
  checkInterval: number;
}

/**
 * A connection of its own that waits for notifications, as neither a pool nor a transaction pooler can hold one. Who
 * listens provides its own listener.
 */
@Injectable()
export class ChannelListener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private complete = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: Settings,
    private readonly logger: AppLogger,
  ) {}

  /** A moment of `performance.now()`: for all that was committed before it, the calls have come. */
  get completeUntil(): number {
    return this.complete;
  }

  /**
   * Calls back for each notification on the channel, and after each reconnection, since some may have been missed.
   * @param checkInterval milliseconds between two questions whether the connection is still one
   */
  start(channel: string, onCall: () => void, checkInterval = CHECK_INTERVAL): void {
    void this.connect({ channel, onCall, checkInterval });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(subscription: Subscription): Promise<void> {
    const { channel, onCall } = subscription;
    const timeouts = databaseTimeouts(this.settings);
    const client = new BoundedClient({
      ...connectionTarget(this.settings.DATABASE_DIRECT_URL ?? this.settings.DATABASE_URL),
      application_name: listenerName(channel),
      connectionTimeoutMillis: timeouts.connect,
      query_timeout: timeouts.answer,
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', onCall);
    client.on('error', (error) => this.logger.debug({ err: error, channel, msg: 'A listener lost its connection' }));
    client.on('end', () => this.reconnect(subscription));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      onCall();
      void this.check(client, subscription);
    } catch (error) {
      this.logger.warn({ err: error, channel, msg: 'A listener could not connect' });
      await client.end().catch(() => undefined);
      this.reconnect(subscription);
    }
  }

  /**
   * A server that falls silent closes nothing; a question that gets no answer ends the connection. An answer says more: it
   * comes after all notifications of what was committed before the question.
   */
  private async check(client: Client, subscription: Subscription): Promise<void> {
    const asked = performance.now();
    try {
      await client.query('SELECT 1');
    } catch {
      await client.end().catch(() => undefined);
      return;
    }
    if (this.stopped) return;
    this.complete = asked;
    this.timer = setTimeout(() => void this.check(client, subscription), subscription.checkInterval);
  }

  private reconnect(subscription: Subscription): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(subscription), RECONNECT_DELAY);
  }
}
