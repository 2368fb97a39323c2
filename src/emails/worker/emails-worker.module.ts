import { BullModule, InjectQueue } from '@nestjs/bullmq';
import { Inject, Module } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Settings } from '../../core/config/settings.js';
import { PeriodicJobs } from '../../core/jobs/periodic-jobs.js';
import { Readiness } from '../../core/health/readiness.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { EMAIL_QUEUE } from '../../core/queue/queue-names.js';
import { PostsModule } from '../../posts/posts.module.js';
import { SubscriptionsModule } from '../../subscriptions/subscriptions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { EmailsModule } from '../emails.module.js';
import { BacklogMetrics } from './backlog-metrics.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { EmailFanOut } from './email-fan-out.js';
import { EmailQueue } from './email-queue.js';
import { EmailSweeper } from './email-sweeper.js';
import { EmailWorker } from './email-worker.js';
import { EmailProcessor } from './email.processor.js';
import { EmailSubscriber } from './email.subscriber.js';
import { Mailer } from './mailer.js';

/** Milliseconds. */
const SWEEP_INTERVAL = 10_000;
const FAN_OUT_INTERVAL = 1_000;
const CANARY_INTERVAL = 10_000;

/** Everything between an event and the mail server; imported by workers alone. */
@Module({
  imports: [
    EmailsModule,
    UsersModule,
    PostsModule,
    SubscriptionsModule,
    BullModule.registerQueue({ name: EMAIL_QUEUE }),
  ],
  providers: [
    EmailSubscriber,
    EmailFanOut,
    EmailQueue,
    EmailProcessor,
    EmailWorker,
    EmailSweeper,
    Mailer,
    DeliveryMetrics,
    BacklogMetrics,
  ],
})
export class EmailsWorkerModule {
  constructor(
    @Inject(Settings) settings: Settings,
    worker: EmailWorker,
    readiness: Readiness,
    jobs: PeriodicJobs,
    sweeper: EmailSweeper,
    fanOut: EmailFanOut,
    @InjectQueue(EMAIL_QUEUE) queue: Queue,
    logger: AppLogger,
  ) {
    // Said by the readiness; unheard, BullMQ would print it as it is.
    queue.on('error', (error) => logger.debug({ err: error, queue: EMAIL_QUEUE, msg: 'The queue does not answer' }));
    readiness.add({ name: settings.REDIS_URL ? 'queue' : 'worker', run: () => worker.check() });
    jobs.add({ name: 'emails.canary', interval: CANARY_INTERVAL, run: () => worker.beat() });
    jobs.add({ name: 'emails.sweep', interval: SWEEP_INTERVAL, run: () => sweeper.sweep() });
    jobs.add({ name: 'emails.fanOut', interval: FAN_OUT_INTERVAL, run: () => fanOut.work() });
  }
}
