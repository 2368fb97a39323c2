import { Worker, type Job, type WorkerOptions } from 'bullmq';
import { newId } from '../../common/ids/uuid.js';
import { inTime } from '../../common/timing/in-time.js';
import type { AppLogger } from '../logging/app-logger.js';

/** The name of jobs that do nothing but prove that somebody takes them. */
export const CANARY = 'canary';

/** Without taking a job for so long a worker is deaf, in milliseconds; canaries come every ten seconds. */
const DEAF_AFTER = 45_000;
/**
 * A canary that an idle worker takes later than this, in milliseconds, was found by a poll: nobody called. So many of its
 * own one after the other, and the connection that should have called is not one any more.
 */
const LATE = 2_000;
const MAX_LATE = 3;
/** For so long the queue may take to say good-bye once no job runs, in milliseconds. */
const FAREWELL = 3_000;
const POLL = 100;

interface LiveWorkerParts {
  queue: string;
  options: WorkerOptions;
  /** Runs a job that is no canary. */
  process: (job: Job) => Promise<void>;
  logger: AppLogger;
}

/**
 * A BullMQ worker that notices when it has gone deaf: after an outage its connections may look healthy and take no job
 * any more (https://github.com/taskforcesh/bullmq/issues/4585). It makes new ones then.
 */
export class LiveWorker {
  /** What the ids of its own canaries begin with: the clock of another process may be another one. */
  readonly id = newId();
  private worker: Worker | undefined;
  private hasFailed = false;
  private lateCanaries = 0;
  private active = 0;
  private lastSign = Date.now();

  constructor(private readonly parts: LiveWorkerParts) {}

  start(): void {
    const { queue, options, logger } = this.parts;
    this.lastSign = Date.now();
    this.hasFailed = false;
    this.lateCanaries = 0;
    const worker = new Worker(queue, (job) => this.take(job), { ...options, autorun: false });
    this.worker = worker;
    // Said by the readiness; here it would be said many times a second.
    worker.on('error', (error) => logger.debug({ err: error, queue, msg: 'The queue does not answer' }));
    void this.run(worker);
  }

  /** Whether jobs are taken, as far as can be told: one that is busy to the brim is not asked for more. */
  get isDeaf(): boolean {
    if (this.hasFailed) return true;
    const isFull = this.active >= (this.parts.options.concurrency ?? 1);
    return !isFull && Date.now() - this.lastSign > DEAF_AFTER;
  }

  /** Gives one that is deaf, or hard of hearing, new connections. */
  async revive(): Promise<void> {
    if (!this.worker || !(this.isDeaf || this.lateCanaries >= MAX_LATE)) return;
    const { logger, queue } = this.parts;
    logger.warn({ queue, msg: 'The worker takes no jobs, or takes them late; it gets new connections' });
    const deaf = this.worker;
    this.start();
    await within(deaf.close(true), FAREWELL);
  }

  /** Takes no more jobs and finishes those at hand; a queue that is gone does not hold it up. */
  async stop(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    this.worker = undefined;
    const closing = worker.close().then(
      () => true,
      () => false,
    );
    while (this.active > 0 && !(await within(closing, POLL)));
    if (!(await within(closing, FAREWELL))) await within(worker.close(true), FAREWELL);
  }

  /** Not before its connections are there: where they cannot be made, BullMQ would ask again without a pause, for ever. */
  private async run(worker: Worker): Promise<void> {
    try {
      await worker.waitUntilReady();
      await worker.run();
    } catch (error) {
      if (this.worker !== worker) return;
      this.hasFailed = true;
      this.parts.logger.warn({ err: error, queue: this.parts.queue, msg: 'The worker could not reach its queue' });
    }
  }

  private hear({ id, timestamp }: Job): void {
    const isIdle = this.active === 0 && this.lastSign <= timestamp;
    if (!isIdle || !id?.startsWith(this.id)) return;
    this.lateCanaries = Date.now() - timestamp > LATE ? this.lateCanaries + 1 : 0;
  }

  private async take(job: Job): Promise<void> {
    if (job.name === CANARY) this.hear(job);
    this.active += 1;
    this.lastSign = Date.now();
    try {
      if (job.name !== CANARY) await this.parts.process(job);
    } finally {
      this.active -= 1;
      this.lastSign = Date.now();
    }
  }
}

/** @returns undefined when it takes longer, in milliseconds, or fails */
const within = async <T>(work: Promise<T>, limit: number): Promise<T | undefined> =>
  inTime(work, limit).catch(() => undefined);
