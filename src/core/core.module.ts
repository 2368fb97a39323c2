import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { ClockModule } from './clock/clock.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Settings } from './config/settings.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { KeysModule } from './keys/keys.module.js';
import { LiveEventsModule } from './live/live-events.module.js';
import type { AppLogger } from './logging/app-logger.js';
import { LoggingModule } from './logging/logging.module.js';
import { MetricsApiModule } from './metrics/metrics-api.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PagingModule } from './paging/paging.module.js';
import { RedisModule } from './redis/redis.module.js';

/** What API and worker have in common. */
@Module({})
export class CoreModule {
  static forRoot(settings: Settings, logger: AppLogger, entities: (new () => object)[]): DynamicModule {
    return {
      module: CoreModule,
      imports: [
        ConfigModule.forRoot(settings),
        LoggingModule.forRoot(logger),
        ClockModule,
        DatabaseModule.forRoot(entities),
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        RedisModule,
        IdempotencyModule,
        AuditModule,
        HttpModule,
        HealthModule,
        MetricsApiModule,
      ],
    };
  }
}
