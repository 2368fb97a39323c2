import { Module, type DynamicModule } from '@nestjs/common';
import { AuthJobsModule } from './auth/auth-jobs.module.js';
import type { Settings } from './core/config/settings.js';
import { CoreModule } from './core/core.module.js';
import type { AppLogger } from './core/logging/app-logger.js';
import { IdempotencyJobsModule } from './core/idempotency/idempotency-jobs.module.js';
import { JobsModule } from './core/jobs/jobs.module.js';
import { LiveEventsJobsModule } from './core/live/live-events-jobs.module.js';
import { OutboxRelayModule } from './core/outbox/outbox-relay.module.js';
import { QueueModule } from './core/queue/queue.module.js';
import { EmailsWorkerModule } from './emails/worker/emails-worker.module.js';
import { ENTITIES } from './entities.js';
import { PostsJobsModule } from './posts/posts-jobs.module.js';
import { UsersJobsModule } from './users/users-jobs.module.js';

/** The worker: takes what the API committed and does it. It serves nobody but probes. */
@Module({})
export class WorkerModule {
  static forRoot(settings: Settings, logger: AppLogger): DynamicModule {
    return {
      module: WorkerModule,
      imports: [
        CoreModule.forRoot(settings, logger, ENTITIES),
        QueueModule.forRoot(settings),
        JobsModule,
        OutboxRelayModule,
        IdempotencyJobsModule,
        LiveEventsJobsModule,
        UsersJobsModule,
        AuthJobsModule,
        PostsJobsModule,
        EmailsWorkerModule,
      ],
    };
  }
}
