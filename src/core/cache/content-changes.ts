import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ChannelListener } from '../database/channel-listener.js';

/** PostgreSQL calls here for each commit that changed what everybody may read: see the migration `PublicContent`. */
const CHANNEL = 'public_content';
/** How often the connection is asked whether all calls have come, in milliseconds. */
const CHECK_INTERVAL = 250;
/** For so long a process may not know of a write that it did not make itself, in milliseconds. */
const MAX_BEHIND = 1_000;

/** What this process knows of changes to the public content, whoever made them. */
@Injectable()
export class ContentChanges implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private count = 0;

  constructor(
    private readonly settings: Settings,
    private readonly listener: ChannelListener,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.RESPONSE_CACHE) this.listener.start(CHANNEL, () => this.note(), CHECK_INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.listener.stop();
  }

  /** To be called where this process has changed something itself, which it has to know before it is told. */
  note(): void {
    this.count += 1;
  }

  /**
   * Stays the same for as long as nothing has changed. Where the connection does not tell, for a second at most: what
   * was made under one stamp is never older than that.
   */
  stamp(): string {
    const now = performance.now();
    const isTold = now - this.listener.completeUntil < MAX_BEHIND;
    return isTold ? `${this.count}` : `${this.count} ${Math.floor(now / MAX_BEHIND)}`;
  }
}
