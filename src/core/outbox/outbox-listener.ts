import { Injectable } from '@nestjs/common';
import { Client } from 'pg';
import { Settings } from '../config/settings.js';
import { connectionTarget } from '../database/connection-target.js';
import { DATABASE_TIMEOUTS } from '../database/data-source.js';
import { AppLogger } from '../logging/app-logger.js';
import { OUTBOX_CHANNEL } from './outbox.js';

/** Milliseconds until the next attempt after the connection was lost. */
const RECONNECT_DELAY = 1_000;

/** A connection of its own that waits for notifications, as neither a pool nor a transaction pooler can hold one. */
@Injectable()
export class OutboxListener {
  private client: Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly settings: Settings,
    private readonly logger: AppLogger,
  ) {}

  /** Calls back for each notification, and after each reconnection, since some may have been missed. */
  start(onCall: () => void): void {
    void this.connect(onCall);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(onCall: () => void): Promise<void> {
    const client = new Client({
      ...connectionTarget(this.settings.DATABASE_DIRECT_URL ?? this.settings.DATABASE_URL),
      application_name: 'broadsheet-outbox',
      connectionTimeoutMillis: DATABASE_TIMEOUTS.connect,
      keepAlive: true,
    });
    this.client = client;
    client.on('notification', onCall);
    client.on('error', (error) => this.logger.debug({ err: error, msg: 'The outbox listener lost its connection' }));
    client.on('end', () => this.reconnect(onCall));
    try {
      await client.connect();
      await client.query(`LISTEN ${OUTBOX_CHANNEL}`);
      onCall();
    } catch (error) {
      this.logger.warn({ err: error, msg: 'The outbox listener could not connect' });
      await client.end().catch(() => undefined);
      this.reconnect(onCall);
    }
  }

  private reconnect(onCall: () => void): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.connect(onCall), RECONNECT_DELAY);
  }
}
