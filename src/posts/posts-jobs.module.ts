import { Module } from '@nestjs/common';
import { PeriodicJobs } from '../core/jobs/periodic-jobs.js';
import { PostsModule } from './posts.module.js';
import { ScheduledPosts } from './scheduled-posts.js';
import { SearchIndex } from './search/search-index.js';
import { TrashService } from './trash.service.js';

/** In milliseconds. A scheduled post is promised within five seconds after its time. */
const INTERVALS = { scheduled: 1_000, purge: 3_600_000, searchIndex: 600_000 } as const;

/** What workers do for posts. */
@Module({ imports: [PostsModule] })
export class PostsJobsModule {
  constructor(jobs: PeriodicJobs, scheduled: ScheduledPosts, trash: TrashService, searchIndex: SearchIndex) {
    jobs.add({ name: 'posts.appear', interval: INTERVALS.scheduled, run: () => scheduled.appearDue() });
    jobs.add({ name: 'posts.purge', interval: INTERVALS.purge, run: () => trash.purge() });
    jobs.add({ name: 'posts.searchIndex', interval: INTERVALS.searchIndex, run: () => searchIndex.complete() });
  }
}
