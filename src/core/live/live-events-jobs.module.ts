import { Module } from '@nestjs/common';
import { PeriodicJobs } from '../jobs/periodic-jobs.js';
import { KEPT_EVENTS } from './live-events.js';
import { LiveEventsRepository } from './live-events.repository.js';

/** Milliseconds. */
const PURGE_INTERVAL = 60_000;
/** Nobody resumes after a day, in seconds. */
const MAX_AGE = 86_400;

/** What workers do for live events. */
@Module({})
export class LiveEventsJobsModule {
  constructor(jobs: PeriodicJobs, events: LiveEventsRepository) {
    jobs.add({ name: 'live.purge', interval: PURGE_INTERVAL, run: () => events.purge(KEPT_EVENTS, MAX_AGE) });
  }
}
