import { getSharedConfigToken } from '@nestjs/bullmq';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { QueueOptions } from 'bullmq';
import { Settings } from '../../core/config/settings.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { LiveWorker } from '../../core/queue/live-worker.js';
import { EMAIL_QUEUE } from '../../core/queue/queue-names.js';
import { workerOptions } from '../../core/queue/queue.module.js';
import { EmailQueue } from './email-queue.js';
import { EmailProcessor } from './email.processor.js';

/** Takes the jobs of the mail queue for as long as the process runs. */
@Injectable()
export class EmailWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly worker: LiveWorker;

  constructor(
    processor: EmailProcessor,
    private readonly queue: EmailQueue,
    @Inject(getSharedConfigToken()) shared: QueueOptions,
    @Inject(Settings) settings: Settings,
    logger: AppLogger,
  ) {
    this.worker = new LiveWorker({
      queue: EMAIL_QUEUE,
      options: { ...workerOptions(shared, settings), concurrency: settings.WORKER_CONCURRENCY },
      process: (job) => processor.process(job),
      logger,
    });
  }

  onApplicationBootstrap(): void {
    this.worker.start();
  }

  /** Before the database goes, which the jobs at hand still need. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.worker.stop();
  }

  /** To be called every ten seconds: lets a canary fly, and helps itself when none has come back for long. */
  async beat(): Promise<void> {
    await this.worker.revive();
    await this.queue.addCanary(this.worker.id);
  }

  /** @throws when no job is taken, or the queue does not answer */
  async check(): Promise<void> {
    if (this.worker.isDeaf) throw new Error('The worker takes no jobs');
    await this.queue.ping();
  }
}
