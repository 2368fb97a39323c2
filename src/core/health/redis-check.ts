import { Injectable } from '@nestjs/common';
import { SharedRedis } from '../redis/shared-redis.js';
import { Readiness } from './readiness.js';

/** Whether the Redis that processes share answers; while it does not, they do without. */
@Injectable()
export class RedisCheck {
  constructor({ client }: SharedRedis, readiness: Readiness) {
    if (client) readiness.add({ name: 'redis', run: async () => void (await client.ping()), isOptional: true });
  }
}
