import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Queue } from 'bullmq';
import { AppError } from '../../common/errors/app-error.js';
import { Settings } from '../config/settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { inTime } from '../../common/timing/in-time.js';
import { queueBackend, readerOptions } from './queue-connection.js';

/** So long a queue may take to answer, and to say good-bye, in milliseconds. */
const PATIENCE = 2_000;
const FAREWELL = 1_000;

/**
 * Queues that are only looked at. The first question opens one, so that a process that asks nothing connects nowhere;
 * one that does not answer is given up, and the next question makes new connections.
 */
@Injectable()
export class OpenQueues implements OnApplicationShutdown {
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly settings: Settings,
    private readonly logger: AppLogger,
  ) {}

  /** @throws AppError `SERVICE_UNAVAILABLE` when the queue fails to answer, or takes longer than two seconds */
  async ask<T>(name: string, question: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = this.opened(name);
    try {
      return await inTime(this.answer(name, queue, question), PATIENCE);
    } catch (error) {
      // Not waited for: who asked has waited long enough.
      void this.close(name, queue);
      throw new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '5' }, cause: error });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues].map(([name, queue]) => this.close(name, queue)));
  }

  private async answer<T>(name: string, queue: Queue, question: (queue: Queue) => Promise<T>): Promise<T> {
    await queue.waitUntilReady();
    // BullMQ calls a connection ready, too, that was closed before it was there.
    if (this.queues.get(name) !== queue) throw new Error('The queue was given up meanwhile');
    return question(queue);
  }

  private opened(name: string): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new Queue(name, readerOptions(this.settings, PATIENCE), queueBackend(this.settings));
    // Whoever asks is told; without a listener Node would end the process.
    queue.on('error', (error) => this.logger.debug({ err: error, queue: name, msg: 'The queue does not answer' }));
    this.queues.set(name, queue);
    return queue;
  }

  private async close(name: string, queue: Queue): Promise<void> {
    if (this.queues.get(name) === queue) this.queues.delete(name);
    try {
      // By force: nothing is under way that a queue that is gone should be waited for.
      await inTime(queue.getBackend().close(true), FAREWELL);
    } catch (error) {
      this.logger.debug({ err: error, queue: name, msg: 'The queue did not say good-bye' });
    }
  }
}
