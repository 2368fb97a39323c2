import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Batcher } from '../../common/batching/batcher.js';
import { newId } from '../../common/ids/uuid.js';
import { Settings } from '../../core/config/settings.js';
import { CANARY } from '../../core/queue/live-worker.js';
import { EMAIL_QUEUE } from '../../core/queue/queue-names.js';
import type { DueEmail } from '../email-row.js';

/** A job carries the id alone; everything else is read when it runs. */
export interface EmailJob {
  emailId: string;
}

/** Failed jobs that are kept to be looked at; the debt itself is in the row, not here. */
const FAILED_KEPT = 1_000;

/** Of mails that many get: jobs without a priority overtake them. */
const BULK_PRIORITY = 10;

type AddedJob = Parameters<Queue<EmailJob>['addBulk']>[0][number];

/** Adds a job for a mail and its next try. */
@Injectable()
export class EmailQueue implements OnModuleInit {
  /** One way to the queue for all that are added at the same time. */
  private readonly added = new Batcher<AddedJob, unknown>((jobs) => this.queue.addBulk(jobs));

  constructor(
    @InjectQueue(EMAIL_QUEUE) private readonly queue: Queue<EmailJob>,
    private readonly settings: Settings,
  ) {}

  /**
   * A Redis may come later. In PostgreSQL a queue whose first connection fails stays broken, so the process is not to
   * start then: nor on a schema that has not been migrated.
   */
  async onModuleInit(): Promise<void> {
    if (!this.settings.REDIS_URL) await this.queue.waitUntilReady();
  }

  /** A job that does nothing but show that it is taken. @param worker what its id begins with */
  async addCanary(worker: string): Promise<void> {
    const jobId = `${worker}.${newId()}`;
    await this.queue.add(CANARY, { emailId: '' }, { jobId, removeOnComplete: true, removeOnFail: true });
  }

  /** Jobs by state; those of mails that failed for good stay for a while. Throws when the queue does not answer. */
  async countByState(): Promise<Record<string, number>> {
    return this.queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed', 'failed');
  }

  /** Milliseconds for which the oldest job that could be taken has waited; 0 where there is none. */
  async oldestWait(): Promise<number> {
    const first = await Promise.all([this.queue.getWaiting(0, 0), this.queue.getPrioritized(0, 0)]);
    const due = first.flat().map(({ timestamp, opts: { delay = 0 } }) => timestamp + delay);
    return due.length === 0 ? 0 : Math.max(0, Date.now() - Math.min(...due));
  }

  /** Throws when the queue does not answer. */
  async ping(): Promise<void> {
    await this.queue.getActiveCount();
  }

  /**
   * An id that is there already is ignored by BullMQ without a word, whatever its state; so every try has its own.
   * @param delay milliseconds
   * @param round tells jobs for the same try apart, when the first one was lost
   */
  async add(email: DueEmail, { delay = 0, round = '' } = {}): Promise<void> {
    await this.added.add({ name: 'send', data: { emailId: email.id }, opts: { ...optionsOf(email, round), delay } });
  }

  async addAll(emails: DueEmail[]): Promise<void> {
    await Promise.all(emails.map((email) => this.add(email)));
  }
}

const optionsOf = ({ id, tries, postId }: DueEmail, round: string) => ({
  jobId: [id, tries, round].filter((part) => part !== '').join('.'),
  ...(postId !== null && { priority: BULK_PRIORITY }),
  removeOnComplete: true,
  removeOnFail: { count: FAILED_KEPT },
});
