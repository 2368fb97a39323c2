import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { REDIS_PREFIX } from '../redis/shared-redis.js';

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/**
 * Counts hits in fixed windows, as `@nestjs/throttler` asks of its storage: for all processes together in Redis, and for
 * this one alone in memory where there is none, or while it does not answer.
 */
export class RateLimits implements ThrottlerStorage {
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(private readonly redis?: Redis) {}

  /** @param ttl the window, in milliseconds */
  async increment(key: string, ttl: number, limit: number, _blockDuration: number, name: string): Promise<Record> {
    const { isBlocked, outcome } = await this.consume(this.limiterFor(name, limit, ttl / 1_000), key);
    const secondsLeft = Math.ceil(outcome.msBeforeNext / 1_000);
    return {
      totalHits: isBlocked ? Math.max(outcome.consumedPoints, limit + 1) : outcome.consumedPoints,
      timeToExpire: secondsLeft,
      isBlocked,
      timeToBlockExpire: secondsLeft,
    };
  }

  private async consume(
    limiter: RateLimiterAbstract,
    key: string,
  ): Promise<{ isBlocked: boolean; outcome: RateLimiterRes }> {
    try {
      return { isBlocked: false, outcome: await limiter.consume(key) };
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return { isBlocked: true, outcome: refused };
      throw refused;
    }
  }

  private limiterFor(name: string, points: number, duration: number): RateLimiterAbstract {
    const known = this.limiters.get(name);
    if (known) return known;
    const memory = new RateLimiterMemory({ keyPrefix: name, points, duration });
    const limiter = this.redis ? sharedLimiter(this.redis, memory) : memory;
    this.limiters.set(name, limiter);
    return limiter;
  }
}

const sharedLimiter = (redis: Redis, memory: RateLimiterMemory): RateLimiterAbstract =>
  new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${REDIS_PREFIX}:limit:${memory.keyPrefix}`,
    points: memory.points,
    duration: memory.duration,
    // What is over its limit is not asked about again: a flood stays with the process that it meets.
    inMemoryBlockOnConsumed: memory.points + 1,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
  });
