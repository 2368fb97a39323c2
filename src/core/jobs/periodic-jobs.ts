import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { AppLogger } from '../logging/app-logger.js';

export interface PeriodicJob {
  name: string;
  /** Milliseconds from one beginning to the next; a run that takes longer is not joined by another one. */
  interval: number;
  /** What it throws is logged, and it is tried again with the next interval. */
  run: () => Promise<unknown>;
}

/**
 * Work that a process does again and again for as long as it runs. Timers of its own, as what makes up for a lost queue
 * must not depend on it; every worker has them, so that the work itself sees to it that nothing is done twice.
 */
@Injectable()
export class PeriodicJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: PeriodicJob[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Map<PeriodicJob, Promise<void>>();

  constructor(private readonly logger: AppLogger) {}

  /** To be called before the process has started. */
  add(job: PeriodicJob): void {
    this.jobs.push(job);
  }

  onApplicationBootstrap(): void {
    for (const job of this.jobs) {
      this.start(job);
      this.timers.push(setInterval(() => this.start(job), job.interval));
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.running.values());
  }

  private start(job: PeriodicJob): void {
    if (this.running.has(job)) return;
    const run = this.attempt(job).finally(() => this.running.delete(job));
    this.running.set(job, run);
  }

  private async attempt({ name, run }: PeriodicJob): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.logger.warn({ err: error, job: name, msg: 'A periodic job failed; it is tried again with its next turn' });
    }
  }
}
