import { Global, Module } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { Outbox } from './outbox.js';
import { OutboxRepository } from './outbox.repository.js';

/** Milliseconds. */
const BACKLOG_READ_EVERY = 5_000;

/** The writing side, for every process. */
@Global()
@Module({ providers: [Outbox, OutboxRepository], exports: [Outbox, OutboxRepository] })
export class OutboxModule {
  /** In every process: that no worker runs has to be seen from somewhere else. */
  constructor(metrics: Metrics, outbox: OutboxRepository) {
    metrics.observe({
      isShared: true,
      name: 'outbox_events',
      help: 'Events in the outbox that are not done, up to 100,000',
      label: 'state',
      every: BACKLOG_READ_EVERY,
      read: async () => {
        const { pending, parked } = await outbox.backlog();
        return { pending, parked };
      },
    });
    metrics.observe({
      isShared: true,
      name: 'outbox_oldest_pending_seconds',
      help: 'Age of the oldest event in the outbox that is not done; 0 where there is none',
      every: BACKLOG_READ_EVERY,
      read: async () => ({ age: (await outbox.backlog()).oldestAge }),
    });
  }
}
