import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { AuditModule } from '../../core/audit/audit.module.js';
import { ClockModule } from '../../core/clock/clock.module.js';
import { ConfigModule } from '../../core/config/config.module.js';
import type { Settings } from '../../core/config/settings.js';
import { DatabaseModule } from '../../core/database/database.module.js';
import { KeysModule } from '../../core/keys/keys.module.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { LoggingModule } from '../../core/logging/logging.module.js';
import { LiveEventsModule } from '../../core/live/live-events.module.js';
import { OutboxModule } from '../../core/outbox/outbox.module.js';
import { PagingModule } from '../../core/paging/paging.module.js';
import { ENTITIES } from '../../entities.js';

/** Features for a process that serves nobody: the core without HTTP, which needs a server to hook into. */
@Module({})
export class OperatorModule {
  static forRoot(settings: Settings, features: Type[]): DynamicModule {
    return {
      module: OperatorModule,
      imports: [
        ConfigModule.forRoot(settings),
        LoggingModule.forRoot(new AppLogger(settings)),
        ClockModule,
        DatabaseModule.forRoot(ENTITIES),
        KeysModule,
        PagingModule,
        OutboxModule,
        LiveEventsModule,
        AuditModule,
        ...features,
      ],
    };
  }
}
