import { Injectable } from '@nestjs/common';
import { Metrics } from '../../core/metrics/metrics.js';
import { EmailsRepository } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';

/** Milliseconds for which a count is good. */
const READ_EVERY = 5_000;

/** What is owed, in the table that has the debt and in the queue that works it off. */
@Injectable()
export class BacklogMetrics {
  constructor(metrics: Metrics, emails: EmailsRepository, queue: EmailQueue) {
    metrics.observe({
      name: 'emails',
      help: 'Mails by state: pending, sending and failed up to 100,000, sent and cancelled as PostgreSQL estimates them',
      label: 'state',
      every: READ_EVERY,
      // Told even where there are none, so that an alert has a series to look at.
      read: async () => ({ pending: 0, sending: 0, failed: 0, ...(await emails.countByState()) }),
    });
    metrics.observe({
      name: 'emails_oldest_owed_seconds',
      help: 'Age of the oldest mail that is owed; 0 where there is none',
      every: READ_EVERY,
      read: async () => ({ age: await emails.oldestOwed() }),
    });
    metrics.observe({
      name: 'email_queue_jobs',
      help: 'Jobs of the mail queue by state',
      label: 'state',
      every: READ_EVERY,
      read: () => queue.countByState(),
    });
    metrics.observe({
      name: 'email_queue_oldest_job_seconds',
      help: 'For how long the oldest job that could be taken has waited; 0 where there is none',
      every: READ_EVERY,
      read: async () => ({ age: (await queue.oldestWait()) / 1_000 }),
    });
  }
}
