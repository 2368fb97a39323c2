import { Module } from '@nestjs/common';
import { PeriodicJobs } from '../core/jobs/periodic-jobs.js';
import { UsersModule } from './users.module.js';
import { UsersService } from './users.service.js';

/** Milliseconds. */
const INTERVAL = 3_600_000;

/** What workers do for accounts. */
@Module({ imports: [UsersModule] })
export class UsersJobsModule {
  constructor(jobs: PeriodicJobs, users: UsersService) {
    jobs.add({ name: 'users.purge', interval: INTERVAL, run: () => users.purge() });
  }
}
