import { Injectable } from '@nestjs/common';
import { Metrics } from '../../core/metrics/metrics.js';
import type { EmailRow } from '../email-row.js';

/** In seconds: from what is sent at once to what a server puts off for days. */
const DELIVERY_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400];

/** Counts how attempts to send mails end, and how long mails take. */
@Injectable()
export class DeliveryMetrics {
  private readonly attempts;
  private readonly durations;

  constructor(metrics: Metrics) {
    this.attempts = metrics.counter(
      'email_attempts_total',
      'Attempts to send a mail, by how they ended: sent, postponed, failed, cancelled',
      ['outcome'],
    );
    this.durations = metrics.histogram(
      'email_delivery_duration_seconds',
      'From when a mail was owed until the mail server took it',
      [],
      DELIVERY_BUCKETS,
    );
    // From the start, so that the first failure is an increase.
    for (const outcome of ['sent', 'postponed', 'failed', 'cancelled']) this.attempts.inc({ outcome }, 0);
  }

  sent({ createdAt }: Pick<EmailRow, 'createdAt'>): void {
    this.attempts.inc({ outcome: 'sent' });
    // The clock of the database may be ahead.
    this.durations.observe(Math.max(0, Date.now() - createdAt.getTime()) / 1_000);
  }

  ended(outcome: 'postponed' | 'failed' | 'cancelled'): void {
    this.attempts.inc({ outcome });
  }
}
