import { Injectable } from '@nestjs/common';
import { OnEvent, type AfterCommit } from '../../core/outbox/on-event.decorator.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import { EmailsRetried } from '../emails.events.js';
import { EmailQueue } from './email-queue.js';

/** What is overdue for so long has lost its job, in milliseconds. */
const PATIENCE = 10_000;
/** The same for mails about posts: many wait for each other. */
const BULK_PATIENCE = 60_000;
/** For so long a mail gets no second job for the same try: its first may wait behind others. */
const ROUND = 120_000;
const BATCH = 1_000;

/** Adds jobs for mails that should have been sent by now: theirs was lost in a crash, with Redis, or never added. */
@Injectable()
export class EmailSweeper {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly queue: EmailQueue,
    private readonly logger: AppLogger,
  ) {}

  /** Those that are due because somebody said so have no job at all. */
  @OnEvent(EmailsRetried)
  async afterRetry(_event: EmailsRetried): Promise<AfterCommit | void> {
    return async () => void (await this.sweep({ patience: 0, bulkPatience: 0 }));
  }

  /** @returns how many mails were overdue for longer than the patience, in milliseconds */
  async sweep({ patience, bulkPatience } = { patience: PATIENCE, bulkPatience: BULK_PATIENCE }): Promise<number> {
    const overdue = await this.deliveries.overdue(patience, bulkPatience, BATCH);
    const round = `round${Math.floor(Date.now() / ROUND)}`;
    await Promise.all(overdue.map((email) => this.queue.add(email, { round })));
    if (overdue.length > 0) this.logger.warn({ found: overdue.length, msg: 'Mails were overdue and have new jobs' });
    return overdue.length;
  }
}
