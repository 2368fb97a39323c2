import { randomUUID } from 'node:crypto';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { AppLogger } from '../logging/app-logger.js';
import { Generation } from './generation.js';

const KEY = '{broadsheet}:cache:generation';
/** For so long a request waits for Redis before it does without, in milliseconds. */
const TIMEOUT = 250;

/** Shared by all processes through Redis. While that is not there, nobody reads from the cache. */
export class RedisGeneration extends Generation implements OnApplicationShutdown {
  private readonly redis: Redis;
  /** Whether a write could not be told to the others yet. */
  private isOwed = false;

  constructor(
    url: string,
    private readonly logger: AppLogger,
  ) {
    super();
    this.redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT,
      connectTimeout: 5_000,
      // Many requests ask in the same moment; they share a round trip, which still begins after each of them.
      enableAutoPipelining: true,
    });
    this.redis.on('error', (error) => this.logger.debug?.({ err: error, msg: 'Redis does not answer the cache' }));
    // What was written while the connection was gone is not known to have been told.
    this.redis.on('ready', () => void this.advance());
  }

  async current(): Promise<string | undefined> {
    if (this.isOwed || this.redis.status !== 'ready') return undefined;
    try {
      return (await this.redis.get(KEY)) ?? (await this.begin());
    } catch {
      return undefined;
    }
  }

  async advance(): Promise<void> {
    this.isOwed = true;
    try {
      // Not a counter: an emptied Redis would count through numbers again that stand for something else.
      await this.redis.set(KEY, randomUUID());
      this.isOwed = false;
    } catch (error) {
      this.logger.warn({ err: error, msg: 'The cache is passed over until Redis is back' });
    }
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  /** The first one, or the first one again after Redis was emptied. */
  private async begin(): Promise<string | undefined> {
    await this.redis.set(KEY, randomUUID(), 'NX');
    return (await this.redis.get(KEY)) ?? undefined;
  }
}
