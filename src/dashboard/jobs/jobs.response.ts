import { ApiProperty } from '@nestjs/swagger';

const count = (description: string, example: number) =>
  ApiProperty({ type: 'integer', minimum: 0, description, example });

export class JobCountsResponse {
  @count('Due, and taken next', 3)
  waiting: number;

  @count('Due, and overtaken by those that wait', 120)
  prioritized: number;

  @count('Being worked on', 2)
  active: number;

  @count('Due later', 1)
  delayed: number;

  @count('Given up, of those that are kept to be looked at', 0)
  failed: number;

  @count('Done, of those that are kept', 0)
  completed: number;

  @count('Due, in a queue that is paused', 0)
  paused: number;
}

export class QueueJobsResponse {
  @ApiProperty({ example: 'emails' })
  queue: string;

  @ApiProperty({ type: JobCountsResponse })
  counts: JobCountsResponse;
}

export class JobsResponse {
  @ApiProperty({ type: [QueueJobsResponse] })
  items: QueueJobsResponse[];
}
