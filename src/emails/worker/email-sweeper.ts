import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppLogger } from '../../core/logging/app-logger.js';
import { EmailsRepository } from '../emails.repository.js';
import { EmailQueue } from './email-queue.js';

/** How often to look, in milliseconds. */
const INTERVAL = 10_000;
/** What is overdue for so long has lost its job, in milliseconds. */
const PATIENCE = 10_000;
/** For so long a mail gets no second job for the same try: its first may wait behind others. */
const ROUND = 120_000;
const BATCH = 1_000;

/**
 * Adds jobs for mails that should have been sent by now: their job was lost in a crash, with Redis, or never added.
 * A timer of its own, as what makes up for a lost queue must not depend on it.
 */
@Injectable()
export class EmailSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly emails: EmailsRepository,
    private readonly queue: EmailQueue,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.attempt().finally(() => (this.running = undefined));
    }, INTERVAL);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** @returns how many mails were overdue */
  async sweep(): Promise<number> {
    const overdue = await this.emails.overdue(PATIENCE, BATCH);
    const round = `round${Math.floor(Date.now() / ROUND)}`;
    for (const email of overdue) await this.queue.add(email, { round });
    return overdue.length;
  }

  private async attempt(): Promise<void> {
    try {
      const found = await this.sweep();
      if (found > 0) this.logger.warn({ found, msg: 'Mails were overdue and have new jobs' });
    } catch (error) {
      this.logger.warn({ err: error, msg: 'Overdue mails could not be looked for' });
    }
  }
}
