import { until } from '../../../test/support/program.js';
import { describeWithRedis, TestRedis } from '../../../test/support/redis.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { SharedRedis } from '../redis/shared-redis.js';
import { RateLimits } from './rate-limits.js';

const MINUTE = 60_000;
const LIMIT = 10;

interface Process {
  redis: SharedRedis;
  limits: RateLimits;
}

describeWithRedis('RateLimits with Redis', () => {
  let redis: TestRedis;
  let one: Process;
  let other: Process;

  const start = (): Process => {
    const settings = testSettings('postgres://localhost/x', { REDIS_URL: redis.url });
    const shared = new SharedRedis(settings, new AppLogger(settings));
    return { redis: shared, limits: new RateLimits(shared.client) };
  };

  const areReady = () => until(() => [one, other].every((process) => process.redis.client?.status === 'ready'));

  beforeAll(async () => {
    redis = await TestRedis.start();
    [one, other] = [start(), start()];
    await areReady();
  });

  afterAll(async () => {
    for (const process of [one, other]) process.redis.onApplicationShutdown();
    await redis.stop();
  });

  const hit = async ({ limits }: Process, key: string) => limits.increment(key, MINUTE, LIMIT, 0, 'client');

  /** So many hits at once, half of them in each process. */
  const hits = async (key: string, count: number) =>
    Promise.all(Array.from({ length: count }, async (_, index) => hit(index % 2 === 0 ? one : other, key)));

  it('counts what all processes are asked for together, to the one', async () => {
    const outcomes = await hits('ada', 40);
    expect(outcomes.filter(({ isBlocked }) => !isBlocked)).toHaveLength(LIMIT);
    for (const process of [one, other]) {
      const refused = await hit(process, 'ada');
      expect(refused).toMatchObject({ isBlocked: true, timeToExpire: refused.timeToBlockExpire });
      expect(refused.totalHits).toBeGreaterThan(LIMIT);
      expect(refused.timeToExpire).toBeGreaterThan(55);
      expect(refused.timeToExpire).toBeLessThanOrEqual(60);
    }
    expect(await hit(other, 'bob')).toMatchObject({ totalHits: 1, isBlocked: false });
    expect(await hit(one, 'bob')).toMatchObject({ totalHits: 2, isBlocked: false });
  });

  it('counts in memory while Redis is gone, each process for itself, and together again when it is back', async () => {
    await redis.stop();
    await until(() => [one, other].every((process) => process.redis.client?.status !== 'ready'));
    const outcomes = await hits('eve', 40);
    expect(outcomes.filter(({ isBlocked }) => !isBlocked)).toHaveLength(2 * LIMIT);

    await redis.startAgain();
    await areReady();
    expect((await hits('mallory', 40)).filter(({ isBlocked }) => !isBlocked)).toHaveLength(LIMIT);
  });
});
