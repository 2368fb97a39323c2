import { Injectable } from '@nestjs/common';
import { InjectThrottlerStorage, type ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { Metrics } from '../metrics/metrics.js';
import type { RateRule, ThrottledRequest } from './rate-rules.js';

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

  private async countKey(rule: RateRule, key: string, reply: FastifyReply): Promise<void> {
    const hit = await this.limits.increment(key, rule.window * 1_000, rule.limit, 0, rule.name);
    const remaining = Math.max(0, rule.limit - hit.totalHits);
    // draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it
    const headers = {
      'ratelimit-policy': `"${rule.name}";q=${rule.limit};w=${rule.window}`,
      ratelimit: `"${rule.name}";r=${remaining};t=${hit.timeToExpire}`,
    };
    if (hit.isBlocked) {
      this.refusals.inc({ rule: rule.name });
      throw new AppError(rule.problem, { headers: { ...headers, 'retry-after': String(hit.timeToExpire) } });
    }
    void reply.headers(headers);
  }
}
