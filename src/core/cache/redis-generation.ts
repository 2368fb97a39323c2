import { randomUUID } from 'node:crypto';
import type { AppLogger } from '../logging/app-logger.js';
import type { RedisClient } from '../redis/open-redis.js';
import { REDIS_PREFIX } from '../redis/shared-redis.js';
import type { ContentChanges } from './content-changes.js';
import { Generation } from './generation.js';

const KEY = `${REDIS_PREFIX}:cache:generation`;

/**
 * Shared by all processes through Redis. While that is not there, nobody reads from the cache. Writes of which no request
 * tells, as those of workers and commands, are known from the database.
 */
export class RedisGeneration extends Generation {
  /** Writes that were to be told to the others: how many, and the last of them that failed and that succeeded. */
  private writes = 0;
  private lastFailed = 0;
  private lastTold = 0;

  constructor(
    private readonly redis: RedisClient,
    private readonly changes: ContentChanges,
    private readonly logger: AppLogger,
  ) {
    super();
    // What was written while the connection was gone is not known to have been told.
    this.redis.on('ready', () => void this.advance());
  }

  async current(): Promise<string | undefined> {
    if (this.redis.status !== 'ready') return undefined;
    if (this.isOwed) {
      void this.advance();
      return undefined;
    }
    try {
      const shared = (await this.redis.get(KEY)) ?? (await this.begin());
      return shared && `${shared} ${this.changes.stamp()}`;
    } catch {
      return undefined;
    }
  }

  /** Others may have written a moment ago. */
  known(): undefined {
    return undefined;
  }

  async advance(): Promise<void> {
    const write = ++this.writes;
    try {
      // Not a counter: an emptied Redis would count through numbers again that stand for something else.
      await this.redis.set(KEY, randomUUID());
      this.lastTold = Math.max(this.lastTold, write);
    } catch (error) {
      this.lastFailed = Math.max(this.lastFailed, write);
      this.logger.warn({ err: error, msg: 'The cache is passed over until Redis is back' });
    }
  }

  /** Whether a write could not be told yet; one that was told later told of it too. */
  private get isOwed(): boolean {
    return this.lastFailed > this.lastTold;
  }

  /** The first one, or the first one again after Redis was emptied. */
  private async begin(): Promise<string | undefined> {
    await this.redis.set(KEY, randomUUID(), 'NX');
    return (await this.redis.get(KEY)) ?? undefined;
  }
}
