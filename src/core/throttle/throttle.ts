import { Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { RateRule, ThrottledRequest } from './rate-rules.js';

type Hit = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Counts a request by the rules, tells the client where it stands, and refuses what is too much. */
@Injectable()
export class Throttle {
  private readonly refusals;

  constructor(
    @InjectThrottlerStorage() private readonly limits: ThrottlerStorage,
    metrics: Metrics,
  ) {
    this.refusals = metrics.counter('rate_limit_refusals_total', 'Requests beyond a limit, by the rule they broke', [
      'rule',
    ]);
  }

  /** @throws AppError 429 with `Retry-After` in seconds */
  async count(rules: RateRule[], request: ThrottledRequest, reply: FastifyReply): Promise<void> {
    for (const rule of rules) {
      const key = rule.limit > 0 ? rule.key(request) : undefined;
      if (key !== undefined) await this.countKey(rule, key, reply);
    }
  }

  private countKey(rule: RateRule, key: string, reply: FastifyReply): Promise<void> {
    return this.limits
      .increment(key, rule.window * 1_000, rule.limit, 0, rule.name)
      .then((hit) => this.tell(rule, hit, reply));
  }

  /** draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it. */
  private tell(rule: RateRule, { totalHits, timeToExpire, isBlocked }: Hit, reply: FastifyReply): void {
    const headers = {
      'ratelimit-policy': `"${rule.name}";q=${rule.limit};w=${rule.window}`,
      ratelimit: `"${rule.name}";r=${Math.max(0, rule.limit - totalHits)};t=${timeToExpire}`,
    };
    if (isBlocked) {
      this.refusals.inc({ rule: rule.name });
      throw new AppError(rule.problem, { headers: { ...headers, 'retry-after': String(timeToExpire) } });
    }
    void reply.headers(headers);
  }
}
