import { Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { BoundedClient } from './bounded-pool.js';
import { connectionTarget } from './connection-target.js';
import { databaseTimeouts } from './data-source.js';

/** How PostgreSQL calls the connection of a listener: by it others see that there is one. */
export const listenerName = (channel: string): string => `broadsheet-${channel}`;

/** Milliseconds until the next attempt after the connection was lost. */
const RECONNECT_DELAY = 1_000;
/** How often a connection on which nothing comes is asked whether it is still one, in milliseconds. */
const CHECK_INTERVAL = 10_000;

/**
 * A connection of its own that waits for notifications, as neither a pool nor a transaction pooler can hold one. Who
 * listens provides its own listener.
 */
@Injectable()
export class ChannelListener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private check: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly settings: Settings,
    private readonly logger: AppLogger,
  ) {}

  /** Calls back for each notification on the channel, and after each reconnection, since some may have been missed. */
  start(channel: string, onCall: () => void): void {
    void this.connect(channel, onCall);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearInterval(this.check);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(channel: string, onCall: () => void): Promise<void> {
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
    client.on('end', () => this.reconnect(channel, onCall));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      // A server that falls silent closes nothing; a question that gets no answer ends the connection.
      this.check = setInterval(() => void client.query('SELECT 1').catch(() => undefined), CHECK_INTERVAL);
      onCall();
    } catch (error) {
      this.logger.warn({ err: error, channel, msg: 'A listener could not connect' });
      await client.end().catch(() => undefined);
      this.reconnect(channel, onCall);
    }
  }

  private reconnect(channel: string, onCall: () => void): void {
    clearInterval(this.check);
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(channel, onCall), RECONNECT_DELAY);
  }
}
