import { Module } from '@nestjs/common';
import { Clock } from '../core/clock/clock.js';
import { PeriodicJobs } from '../core/jobs/periodic-jobs.js';
import { Metrics } from '../core/metrics/metrics.js';
import { AuthModule } from './auth.module.js';
import { SignInLimits } from './lockout/sign-in-limits.js';
import { SessionsRepository } from './sessions/sessions.repository.js';

/** Milliseconds. */
const INTERVAL = 3_600_000;
const COUNT_EVERY = 30_000;
/** An ended session still tells a device that is known from a new one, for so long in milliseconds. */
const SESSION_RETENTION = 90 * 86_400_000;

/** What workers do for sessions and sign-ins. */
@Module({ imports: [AuthModule] })
export class AuthJobsModule {
  constructor(jobs: PeriodicJobs, sessions: SessionsRepository, limits: SignInLimits, clock: Clock, metrics: Metrics) {
    const purgeSessions = () => sessions.purge(new Date(clock.now().getTime() - SESSION_RETENTION));
    jobs.add({ name: 'sessions.purge', interval: INTERVAL, run: purgeSessions });
    metrics.observe({
      name: 'sessions_active',
      help: 'Sessions that are neither ended nor expired; beyond 10,000 as PostgreSQL estimates them',
      every: COUNT_EVERY,
      read: async () => ({ active: await sessions.countActive(clock.now()) }),
    });
    jobs.add({ name: 'signIn.purge', interval: INTERVAL, run: () => limits.purge() });
  }
}
