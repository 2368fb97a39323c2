import { Redis } from 'ioredis';
import { describeWithRedis, TestRedis } from './redis.js';
import type { TestDatabase } from './test-database.js';

/** Where a suite keeps its queue. */
export class QueueBackend {
  private redis: TestRedis | undefined;

  constructor(private readonly isRedis: boolean) {}

  /** @returns the settings that lead there */
  async start(): Promise<NodeJS.ProcessEnv> {
    if (!this.isRedis) return {};
    this.redis = await TestRedis.start();
    return { REDIS_URL: this.redis.url };
  }

  /** All that the queue holds, as text. */
  async contents(database: TestDatabase): Promise<string> {
    if (this.redis) return contentsOfRedis(this.redis.url);
    const rows = await database.rows('SELECT t::text FROM bullmq.job t UNION ALL SELECT t::text FROM bullmq.event t');
    return JSON.stringify(rows);
  }

  async stop(): Promise<void> {
    await this.redis?.stop();
  }
}

/** The same suite on both of BullMQ's backends; that on Redis is skipped where there is none, unless REQUIRE_REDIS=1. */
export function describeOnEachQueue(name: string, suite: (backend: QueueBackend) => void): void {
  describe(`${name}, with the queue in PostgreSQL`, () => suite(new QueueBackend(false)));
  describeWithRedis(`${name}, with the queue in Redis`, () => suite(new QueueBackend(true)));
}

const READERS: Record<string, (redis: Redis, key: string) => Promise<unknown>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, 0, -1),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

async function contentsOfRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  const contents: unknown[] = [];
  for (const key of await redis.keys('*')) contents.push(key, await READERS[await redis.type(key)]?.(redis, key));
  redis.disconnect();
  return JSON.stringify(contents);
}
