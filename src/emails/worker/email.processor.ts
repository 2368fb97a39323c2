import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { insist } from '../../common/timing/insist.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { inCausedSpan } from '../../core/tracing/tracing.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import type { EmailRow } from '../email-row.js';
import { EmailRenderer } from '../rendering/email-renderer.js';
import { isPermanent, MAX_TRIES, retryDelay } from './delivery.js';
import { EmailQueue, type EmailJob } from './email-queue.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { Mailer } from './mailer.js';

/**
 * For so long a mail is left to a worker that gives no sign of life, in milliseconds. It gives one every RENEWAL, however
 * long its turn at the mail server takes to come, and however slowly that server speaks.
 */
const LEASE = 30_000;
const RENEWAL = 10_000;
/** For so long a database that is away is asked again, in milliseconds: what has left should be known to have left. */
const PATIENCE = 30_000;
/** Answers of servers are kept up to here. */
const MAX_ANSWER = 1_000;

/** Sends one mail; may be called again for the same one at any time, and does nothing then that was done already. */
@Injectable()
export class EmailProcessor {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly renderer: EmailRenderer,
    private readonly mailer: Mailer,
    private readonly queue: EmailQueue,
    private readonly logger: AppLogger,
    private readonly metrics: DeliveryMetrics,
  ) {}

  async process({ data }: Job<EmailJob>): Promise<void> {
    const email = await insist(() => this.deliveries.claim(data.emailId, LEASE), PATIENCE);
    if (!email) return;
    const { id, kind, tries, context } = email;
    const attributes = { 'broadsheet.email.id': id, 'broadsheet.email.kind': kind, 'broadsheet.email.tries': tries };
    const renewing = setInterval(() => void this.renew(email), RENEWAL);
    try {
      await inCausedSpan('emails.send', { context, attributes }, () => this.attempt(email));
    } finally {
      clearInterval(renewing);
    }
  }

  private async renew(email: EmailRow): Promise<void> {
    try {
      await this.deliveries.renew(email, LEASE);
    } catch (error) {
      this.logger.warn({ err: error, emailId: email.id, msg: 'A lease could not be renewed; it is tried again' });
    }
  }

  private async attempt(email: EmailRow): Promise<void> {
    // Workers that died at it left no answer: one that kills them all is not tried for ever.
    if (triesOf(email) > MAX_TRIES)
      return this.deliveries.finish(email, 'failed', 'Every attempt ended without an answer');
    let answer: string;
    try {
      const rendered = await this.renderer.render(email);
      if (!rendered) return await this.cancel(email);
      answer = await this.mailer.send(email, rendered);
    } catch (error) {
      return this.failed(email, error);
    }
    // Not in the block above: a mail that has left is not postponed because noting so failed.
    await insist(() => this.deliveries.finish(email, 'sent', answer.slice(0, MAX_ANSWER)), PATIENCE);
    this.metrics.sent(email);
    this.logger.log({ emailId: email.id, kind: email.kind, tries: email.tries, msg: 'Mail sent' });
  }

  /**
   * What it was about is gone. If it came back in this very moment, a post published again for example, others have taken
   * the mail for one that is on its way: so it is looked at once more, now that everybody sees that it is not.
   */
  private async cancel(email: EmailRow): Promise<void> {
    await this.deliveries.finish(
      email,
      'cancelled',
      'What it was about is gone: the account, the link, the post or the subscription',
    );
    this.metrics.ended('cancelled');
    if (!(await this.renderer.render(email))) return;
    const owed = await this.deliveries.retry(email.id, 'What it was about is back');
    if (owed) await this.queue.add(owed);
  }

  private async failed(email: EmailRow, error: unknown): Promise<void> {
    const answer = (error instanceof Error ? error.message : String(error)).slice(0, MAX_ANSWER);
    if (isPermanent(error) || triesOf(email) >= MAX_TRIES) {
      await insist(() => this.deliveries.finish(email, 'failed', answer), PATIENCE);
      this.metrics.ended('failed');
      this.logger.error({ err: error, emailId: email.id, tries: email.tries, msg: 'Mail failed for good' });
      return;
    }
    const delay = retryDelay(triesOf(email));
    await insist(() => this.deliveries.postpone(email, answer, delay), PATIENCE);
    this.metrics.ended('postponed');
    await this.queue.add(email, { delay });
    this.logger.warn({ err: error, emailId: email.id, tries: email.tries, delay, msg: 'Mail postponed' });
  }
}

/** Attempts since it was owed, or retried by hand. */
const triesOf = ({ tries, earlierTries }: EmailRow): number => tries - earlierTries;
