import { Global, Module } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { ChannelListener } from '../database/channel-listener.js';
import { AppLogger } from '../logging/app-logger.js';
import { SharedRedis } from '../redis/shared-redis.js';
import { ContentChanges } from './content-changes.js';
import { Generation, ProcessGeneration } from './generation.js';
import { RedisGeneration } from './redis-generation.js';
import { PublicAnswers } from './public-answers.js';
import { ResponseCache } from './response-cache.js';

/** The response cache of this process, whose validity is shared through Redis as soon as REDIS_URL is set. */
@Global()
@Module({
  providers: [
    ChannelListener,
    ContentChanges,
    {
      provide: Generation,
      inject: [Settings, SharedRedis, ContentChanges, AppLogger],
      useFactory: (
        { RESPONSE_CACHE }: Settings,
        { client }: SharedRedis,
        changes: ContentChanges,
        logger: AppLogger,
      ): Generation =>
        client && RESPONSE_CACHE ? new RedisGeneration(client, changes, logger) : new ProcessGeneration(changes),
    },
    ResponseCache,
    PublicAnswers,
  ],
  exports: [ResponseCache, PublicAnswers],
})
export class CacheModule {}
