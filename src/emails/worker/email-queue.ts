import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { DueEmail } from '../emails.repository.js';

export const EMAIL_QUEUE = 'emails';

/** A job carries the id alone; everything else is read when it runs. */
export interface EmailJob {
  emailId: string;
}

/** Failed jobs that are kept to be looked at; the debt itself is in the row, not here. */
const FAILED_KEPT = 1_000;

/** Adds a job for a mail and its next try. */
@Injectable()
export class EmailQueue {
  constructor(@InjectQueue(EMAIL_QUEUE) private readonly queue: Queue<EmailJob>) {}

  /** Throws when the queue does not answer. */
  async ping(): Promise<void> {
    await this.queue.getActiveCount();
  }

  /**
   * An id that is there already is ignored by BullMQ without a word, whatever its state; so every try has its own.
   * @param delay milliseconds
   * @param round tells jobs for the same try apart, when the first one was lost
   */
  async add({ id, tries }: DueEmail, { delay = 0, round = '' } = {}): Promise<void> {
    await this.queue.add(
      'send',
      { emailId: id },
      {
        jobId: [id, tries, round].filter((part) => part !== '').join('.'),
        delay,
        removeOnComplete: true,
        removeOnFail: { count: FAILED_KEPT },
      },
    );
  }
}
