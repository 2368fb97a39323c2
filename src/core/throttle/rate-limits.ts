import cluster from 'node:cluster';
import type { ThrottlerStorage } from '@nestjs/throttler';
import {
  RateLimiterCluster,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { RedisClient } from '../redis/open-redis.js';
import { REDIS_PREFIX } from '../redis/shared-redis.js';

/** Milliseconds that the primary process may take to count a hit. */
const TIMEOUT = 5_000;

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts hits in fixed windows, as `@nestjs/throttler` asks of its storage: for all processes together in Redis, and for
 * this one alone in memory where there is none, or while it does not answer.
 */
export class RateLimits implements ThrottlerStorage {
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(private readonly redis?: RedisClient) {}

  /** @param ttl the window, in milliseconds */
  increment(key: string, ttl: number, limit: number, _blockDuration: number, name: string): Promise<Record> {
    const limiter = this.limiterFor(name, limit, ttl / 1_000);
    return limiter.consume(key).then(
      (counted) => record(counted),
      (refused: unknown) => {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return record(refused, limit);
      },
    );
  }

  private limiterFor(name: string, points: number, duration: number): RateLimiterAbstract {
    const known = this.limiters.get(name);
    if (known) return known;
    const options = { keyPrefix: name, points, duration };
    const limiter = this.redis ? sharedLimiter(this.redis, options) : localLimiter(options);
    this.limiters.set(name, limiter);
    return limiter;
  }
}

/** @param broken the limit that the hit is beyond */
function record({ msBeforeNext, consumedPoints }: RateLimiterRes, broken?: number): Record {
  const secondsLeft = Math.ceil(msBeforeNext / 1_000);
  return {
    totalHits: broken === undefined ? consumedPoints : Math.max(consumedPoints, broken + 1),
    timeToExpire: secondsLeft,
    isBlocked: broken !== undefined,
    timeToBlockExpire: secondsLeft,
  };
}

interface Limit {
  keyPrefix: string;
  points: number;
  /** Seconds. */
  duration: number;
}

/** Of this process, or of all copies of it: the primary process of a cluster counts for these. */
const localLimiter = (limit: Limit): RateLimiterAbstract =>
  cluster.isWorker ? new RateLimiterCluster({ ...limit, timeoutMs: TIMEOUT }) : new RateLimiterMemory(limit);

const sharedLimiter = (redis: RedisClient, limit: Limit): RateLimiterAbstract =>
  new RateLimiterRedis({
    ...limit,
    storeClient: redis,
    keyPrefix: `${REDIS_PREFIX}:limit:${limit.keyPrefix}`,
    // What is over its limit is not asked about again: a flood stays with the process that it meets.
    inMemoryBlockOnConsumed: limit.points + 1,
    insuranceLimiter: localLimiter(limit),
    rejectIfRedisNotReady: true,
  });
