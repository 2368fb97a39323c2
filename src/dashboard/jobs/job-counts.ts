import { Injectable } from '@nestjs/common';
import type { JobType, Queue } from 'bullmq';
import { OpenQueues } from '../../core/queue/open-queues.js';
import { EMAIL_QUEUE } from '../../core/queue/queue-names.js';
import type { JobCountsResponse, QueueJobsResponse } from './jobs.response.js';

/** How many jobs are in which state. */
@Injectable()
export class JobCounts {
  constructor(private readonly queues: OpenQueues) {}

  /** @throws AppError `SERVICE_UNAVAILABLE` */
  async byQueue(): Promise<QueueJobsResponse[]> {
    return [{ queue: EMAIL_QUEUE, counts: await this.queues.ask(EMAIL_QUEUE, countsOf) }];
  }
}

// PostgreSQL counts those of a paused queue as paused, which the type has forgotten, and Redis as waiting.
const STATES = ['waiting', 'paused', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as JobType[];

async function countsOf(queue: Queue): Promise<JobCountsResponse> {
  const counts = await queue.getJobCounts(...STATES);
  const { waiting = 0, paused = 0, prioritized = 0, active = 0, delayed = 0, failed = 0, completed = 0 } = counts;
  const isPaused = await queue.isPaused();
  const due = waiting + paused;
  return {
    waiting: isPaused ? 0 : due,
    prioritized,
    active,
    delayed,
    failed,
    completed,
    paused: isPaused ? due : 0,
  };
}
