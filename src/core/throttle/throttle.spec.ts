import type { FastifyReply } from 'fastify';
import { Metrics } from '../metrics/metrics.js';
import type { RateRule, ThrottledRequest } from './rate-rules.js';
import { Throttle } from './throttle.js';

const RULE: RateRule = { name: 'client', limit: 10, window: 60, key: () => 'ada', problem: 'TOO_MANY_ATTEMPTS' };

describe('Throttle', () => {
  const increment = jest.fn();
  const headers = jest.fn();
  const metrics = new Metrics();
  const throttle = new Throttle({ increment }, metrics);
  const count = async (rule: RateRule) =>
    throttle.count([rule], {} as ThrottledRequest, { headers } as unknown as FastifyReply);

  beforeEach(() => jest.resetAllMocks());

  it('tells the client the policy and what is left of it', async () => {
    increment.mockResolvedValue({ totalHits: 3, timeToExpire: 42, isBlocked: false, timeToBlockExpire: 42 });
    await count(RULE);
    expect(increment).toHaveBeenCalledWith('ada', 60_000, 10, 0, 'client');
    expect(headers).toHaveBeenCalledWith({
      'ratelimit-policy': '"client";q=10;w=60',
      ratelimit: '"client";r=7;t=42',
    });
  });

  it('refuses what is too much, and says when to come back', async () => {
    increment.mockResolvedValue({ totalHits: 12, timeToExpire: 42, isBlocked: true, timeToBlockExpire: 42 });
    await expect(count(RULE)).rejects.toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      status: 429,
      headers: { 'retry-after': '42', ratelimit: '"client";r=0;t=42', 'ratelimit-policy': '"client";q=10;w=60' },
    });
    expect(await metrics.registry.metrics()).toContain('rate_limit_refusals_total{rule="client"} 1');
  });

  it.each([
    { name: 'is switched off', rule: { ...RULE, limit: 0 } },
    { name: 'does not apply', rule: { ...RULE, key: () => undefined } },
  ])('counts nothing by a rule that $name', async ({ rule }) => {
    await count(rule);
    expect(increment).not.toHaveBeenCalled();
    expect(headers).not.toHaveBeenCalled();
  });
});
