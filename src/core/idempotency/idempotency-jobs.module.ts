import { Module } from '@nestjs/common';
import { PeriodicJobs } from '../jobs/periodic-jobs.js';
import { Idempotency } from './idempotency.js';

const HOUR = 3_600_000;

@Module({})
export class IdempotencyJobsModule {
  constructor(jobs: PeriodicJobs, idempotency: Idempotency) {
    jobs.add({ name: 'idempotency.purge', interval: HOUR, run: () => idempotency.purge() });
  }
}
