import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ChannelListener } from '../database/channel-listener.js';
import { PeriodicJobs } from '../jobs/periodic-jobs.js';
import { EventHandlers } from './event-handlers.js';
import { OutboxRelay } from './outbox-relay.js';
import { OutboxRepository } from './outbox.repository.js';

/** Milliseconds. */
const PURGE_INTERVAL = 3_600_000;
/** For so long events that were done can be looked at, in seconds. */
const RETENTION = 7 * 86_400;

/** The reading side, for workers alone. */
@Module({ imports: [DiscoveryModule], providers: [EventHandlers, ChannelListener, OutboxRelay] })
export class OutboxRelayModule {
  constructor(jobs: PeriodicJobs, outbox: OutboxRepository) {
    jobs.add({ name: 'outbox.purge', interval: PURGE_INTERVAL, run: () => outbox.purge(RETENTION) });
  }
}
