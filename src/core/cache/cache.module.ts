import { Global, Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { Generation, ProcessGeneration } from './generation.js';
import { RedisGeneration } from './redis-generation.js';
import { ResponseCache } from './response-cache.js';

/** The response cache of this process, whose validity is shared through Redis as soon as REDIS_URL is set. */
@Global()
@Module({
  providers: [
    {
      provide: Generation,
      inject: [Settings, AppLogger],
      useFactory: ({ REDIS_URL, RESPONSE_CACHE }: Settings, logger: AppLogger): Generation =>
        REDIS_URL && RESPONSE_CACHE ? new RedisGeneration(REDIS_URL, logger) : new ProcessGeneration(),
    },
    ResponseCache,
  ],
  exports: [ResponseCache],
})
export class CacheModule {}
