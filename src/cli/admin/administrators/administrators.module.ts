import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '../../../core/audit/audit.module.js';
import { ClockModule } from '../../../core/clock/clock.module.js';
import { ConfigModule } from '../../../core/config/config.module.js';
import type { Settings } from '../../../core/config/settings.js';
import { DatabaseModule } from '../../../core/database/database.module.js';
import { KeysModule } from '../../../core/keys/keys.module.js';
import { OutboxModule } from '../../../core/outbox/outbox.module.js';
import { PagingModule } from '../../../core/paging/paging.module.js';
import { ENTITIES } from '../../../entities.js';
import { UsersModule } from '../../../users/users.module.js';

/** Accounts for a process that serves nobody: the core without HTTP, which needs a server to hook into. */
@Module({})
export class AdministratorsModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AdministratorsModule,
      imports: [
        ConfigModule.forRoot(settings),
        ClockModule,
        DatabaseModule.forRoot(ENTITIES),
        KeysModule,
        PagingModule,
        OutboxModule,
        AuditModule,
        UsersModule,
      ],
    };
  }
}
