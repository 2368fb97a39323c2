import { Module, type DynamicModule } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import type { Settings } from '../core/config/settings.js';
import { OpenQueues } from '../core/queue/open-queues.js';
import { AdministratorGuard } from './board/administrator.guard.js';
import { Board } from './board/board.js';
import { BoardController } from './board/board.controller.js';
import { DashboardHeaders } from './dashboard-headers.js';
import { AdminJobsController } from './jobs/admin-jobs.controller.js';
import { JobCounts } from './jobs/job-counts.js';
import { DashboardCookie } from './sign-in/dashboard-cookie.js';
import { DashboardSessions } from './sign-in/dashboard-sessions.js';
import { SignInController } from './sign-in/sign-in.controller.js';

const DASHBOARD = {
  // The forms first: their paths are under those of the board.
  controllers: [SignInController, BoardController],
  providers: [Board, AdministratorGuard, DashboardCookie, DashboardHeaders, DashboardSessions],
};

const NOTHING = { controllers: [], providers: [] };

/** What administrators see of the queues: counts in the API, and a dashboard unless DASHBOARD=off. */
@Module({})
export class DashboardModule {
  static forRoot(settings: Settings): DynamicModule {
    const { controllers, providers } = settings.DASHBOARD ? DASHBOARD : NOTHING;
    return {
      module: DashboardModule,
      imports: [AuthModule],
      controllers: [AdminJobsController, ...controllers],
      providers: [OpenQueues, JobCounts, ...providers],
    };
  }
}
