import { BullModule } from '@nestjs/bullmq';
import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../core/config/settings.js';
import { PeriodicJobs } from '../../core/jobs/periodic-jobs.js';
import { Readiness } from '../../core/health/readiness.js';
import { Metrics } from '../../core/metrics/metrics.js';
import { PostsModule } from '../../posts/posts.module.js';
import { SubscriptionsModule } from '../../subscriptions/subscriptions.module.js';
import { UsersModule } from '../../users/users.module.js';
import { EmailFanOutsRepository } from '../bulk/email-fan-outs.repository.js';
import { EmailsModule } from '../emails.module.js';
import { EmailsRepository } from '../emails.repository.js';
import { EmailFanOut } from './email-fan-out.js';
import { EMAIL_QUEUE, EmailQueue } from './email-queue.js';
import { EmailSweeper } from './email-sweeper.js';
import { EmailProcessor } from './email.processor.js';
import { EmailSubscriber } from './email.subscriber.js';
import { Mailer } from './mailer.js';

/** Milliseconds. */
const SWEEP_INTERVAL = 10_000;
const FAN_OUT_INTERVAL = 1_000;

/** Everything between an event and the mail server; imported by workers alone. */
@Module({
  imports: [
    EmailsModule,
    UsersModule,
    PostsModule,
    SubscriptionsModule,
    BullModule.registerQueue({ name: EMAIL_QUEUE }),
  ],
  providers: [EmailSubscriber, EmailFanOut, EmailFanOutsRepository, EmailQueue, EmailProcessor, EmailSweeper, Mailer],
})
export class EmailsWorkerModule implements OnApplicationBootstrap {
  constructor(
    private readonly processor: EmailProcessor,
    @Inject(Settings) private readonly settings: Settings,
    queue: EmailQueue,
    readiness: Readiness,
    metrics: Metrics,
    emails: EmailsRepository,
    jobs: PeriodicJobs,
    sweeper: EmailSweeper,
    fanOut: EmailFanOut,
  ) {
    if (settings.REDIS_URL) readiness.add({ name: 'queue', run: () => queue.ping() });
    jobs.add({ name: 'emails.sweep', interval: SWEEP_INTERVAL, run: () => sweeper.sweep() });
    jobs.add({ name: 'emails.fanOut', interval: FAN_OUT_INTERVAL, run: () => fanOut.work() });
    metrics.observe('emails', 'Mails by state', 'state', () => emails.countByState());
    metrics.observe('emails_oldest_owed_seconds', 'Age of the oldest mail that is owed', 'queue', async () => ({
      emails: await emails.oldestOwed(),
    }));
  }

  onApplicationBootstrap(): void {
    this.processor.worker.concurrency = this.settings.WORKER_CONCURRENCY;
  }
}
