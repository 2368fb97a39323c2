import { BullModule } from '@nestjs/bullmq';
import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Settings } from '../../core/config/settings.js';
import { Readiness } from '../../core/health/readiness.js';
import { Metrics } from '../../core/metrics/metrics.js';
import { UsersModule } from '../../users/users.module.js';
import { EmailsModule } from '../emails.module.js';
import { EmailsRepository } from '../emails.repository.js';
import { EMAIL_QUEUE, EmailQueue } from './email-queue.js';
import { EmailSweeper } from './email-sweeper.js';
import { EmailProcessor } from './email.processor.js';
import { EmailSubscriber } from './email.subscriber.js';
import { Mailer } from './mailer.js';

/** Everything between an event and the mail server; imported by workers alone. */
@Module({
  imports: [EmailsModule, UsersModule, BullModule.registerQueue({ name: EMAIL_QUEUE })],
  providers: [EmailSubscriber, EmailQueue, EmailProcessor, EmailSweeper, Mailer],
})
export class EmailsWorkerModule implements OnApplicationBootstrap {
  constructor(
    private readonly processor: EmailProcessor,
    @Inject(Settings) private readonly settings: Settings,
    queue: EmailQueue,
    readiness: Readiness,
    metrics: Metrics,
    emails: EmailsRepository,
  ) {
    if (settings.REDIS_URL) readiness.add({ name: 'queue', run: () => queue.ping() });
    metrics.observe('emails', 'Mails by state', 'state', () => emails.countByState());
  }

  onApplicationBootstrap(): void {
    this.processor.worker.concurrency = this.settings.WORKER_CONCURRENCY;
  }
}
