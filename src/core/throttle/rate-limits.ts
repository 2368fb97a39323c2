import type { ThrottlerStorage } from '@nestjs/throttler';
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

type Record = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts hits in fixed windows, as `@nestjs/throttler` asks of its storage. */
export class RateLimits implements ThrottlerStorage {
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  /** @param ttl the window, in milliseconds */
  async increment(key: string, ttl: number, limit: number, _blockDuration: number, name: string): Promise<Record> {
    const outcome = await this.consume(this.limiterFor(name, limit, ttl / 1_000), key);
    const secondsLeft = Math.ceil(outcome.msBeforeNext / 1_000);
    return {
      totalHits: outcome.consumedPoints,
      timeToExpire: secondsLeft,
      isBlocked: outcome.consumedPoints > limit,
      timeToBlockExpire: secondsLeft,
    };
  }

  private async consume(limiter: RateLimiterAbstract, key: string): Promise<RateLimiterRes> {
    try {
      return await limiter.consume(key);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    }
  }

  private limiterFor(name: string, points: number, duration: number): RateLimiterAbstract {
    const known = this.limiters.get(name);
    if (known) return known;
    const limiter = new RateLimiterMemory({ keyPrefix: name, points, duration });
    this.limiters.set(name, limiter);
    return limiter;
  }
}
