import { Global, Module } from '@nestjs/common';
import { PeriodicJobs } from './periodic-jobs.js';

/** Imported by workers alone. */
@Global()
@Module({ providers: [PeriodicJobs], exports: [PeriodicJobs] })
export class JobsModule {}
