import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessTokenGuard } from './auth/access/access-token.guard.js';
import { RolesGuard } from './auth/access/roles.guard.js';
import { AuthApiModule } from './auth/auth-api.module.js';
import { AuditApiModule } from './core/audit/audit-api.module.js';
import { CacheInvalidation } from './core/cache/cache-invalidation.js';
import { CacheModule } from './core/cache/cache.module.js';
import { CoreModule } from './core/core.module.js';
import { isHardened, type Settings } from './core/config/settings.js';
import { UnreadInputGuard } from './core/http/unread-input.guard.js';
import { ThrottleModule } from './core/throttle/throttle.module.js';
import { RouteThrottlerGuard } from './core/throttle/route-throttler.guard.js';
import type { AppLogger } from './core/logging/app-logger.js';
import { DashboardModule } from './dashboard/dashboard.module.js';
import { EmailsApiModule } from './emails/emails-api.module.js';
import { InboxModule } from './emails/inbox/inbox.module.js';
import { ENTITIES } from './entities.js';
import { LiveModule } from './live/live.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PostsApiModule } from './posts/posts-api.module.js';
import { SubscriptionsApiModule } from './subscriptions/subscriptions-api.module.js';
import { UsersApiModule } from './users/users-api.module.js';

/** The API: everything that answers clients, and nothing that sends mail. */
@Module({})
export class AppModule {
  static forRoot(settings: Settings, logger: AppLogger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CoreModule.forRoot(settings, logger, ENTITIES),
        CacheModule,
        ThrottleModule,
        AuthApiModule,
        UsersApiModule,
        PostsApiModule,
        SubscriptionsApiModule,
        EmailsApiModule,
        AuditApiModule,
        LiveModule,
        PagesModule.forRoot(settings),
        DashboardModule.forRoot(settings),
        ...(isHardened(settings) ? [] : [InboxModule]),
      ],
      // Closed by default, in this order: who asks, how often, with which role, with what that nobody reads.
      providers: [
        ...[AccessTokenGuard, RouteThrottlerGuard, RolesGuard, UnreadInputGuard].map((useClass) => ({
          provide: APP_GUARD,
          useClass,
        })),
        CacheInvalidation,
      ],
    };
  }
}
