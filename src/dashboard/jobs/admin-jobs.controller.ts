import { Get } from '@nestjs/common';
import { Roles } from '../../common/access/roles.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { JobCounts } from './job-counts.js';
import { JobsResponse } from './jobs.response.js';

@Roles('admin')
@ApiController('admin/jobs', 'Administration')
export class AdminJobsController {
  constructor(private readonly counts: JobCounts) {}

  @Get()
  @ApiAnswer(200, JobsResponse, {
    summary: 'Count jobs',
    description: 'By queue and state; 503 when the queue does not answer.',
    errors: ['SERVICE_UNAVAILABLE'],
  })
  async list(): Promise<JobsResponse> {
    return { items: await this.counts.byQueue() };
  }
}
