import { Global, Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { SharedRedis } from '../redis/shared-redis.js';
import { Generation, ProcessGeneration } from './generation.js';
import { RedisGeneration } from './redis-generation.js';
import { PublicAnswers } from './public-answers.js';
import { ResponseCache } from './response-cache.js';

/** The response cache of this process, whose validity is shared through Redis as soon as REDIS_URL is set. */
@Global()
@Module({
  providers: [
    {
      provide: Generation,
      inject: [Settings, SharedRedis, AppLogger],
      useFactory: ({ RESPONSE_CACHE }: Settings, { client }: SharedRedis, logger: AppLogger): Generation =>
        client && RESPONSE_CACHE ? new RedisGeneration(client, logger) : new ProcessGeneration(),
    },
    ResponseCache,
    PublicAnswers,
  ],
  exports: [ResponseCache, PublicAnswers],
})
export class CacheModule {}
