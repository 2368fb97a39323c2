import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { openRedis, type RedisClient } from './open-redis.js';

/** For so long a request waits for Redis before it does without, in milliseconds. */
const TIMEOUT = 250;
/** After so many milliseconds without an answer it counts as gone, so that no further request waits; it is met anew. */
const SILENCE = 1_000;

/** In braces, so that Redis Cluster keeps all of it on one node. */
export const REDIS_PREFIX = '{broadsheet}';

/** The Redis through which processes share what none of them owns. Whoever asks does without it while it is not there. */
@Injectable()
export class SharedRedis implements OnApplicationShutdown {
  /** Without REDIS_URL there is none. */
  readonly client: RedisClient | undefined;

  constructor({ REDIS_URL }: Settings, logger: AppLogger) {
    if (!REDIS_URL) return;
    this.client = openRedis(REDIS_URL, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: TIMEOUT,
      socketTimeout: SILENCE,
      connectTimeout: 5_000,
      // Many requests ask in the same moment; they share a round trip, which still begins after each of them.
      enableAutoPipelining: true,
    });
    this.client.on('error', (error) => logger.debug({ err: error, msg: 'Redis does not answer' }));
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}
