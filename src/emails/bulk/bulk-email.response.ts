import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import type { Progress } from './bulk-emails.service.js';
import type { FanOutRow } from './email-fan-outs.repository.js';

/** The mails that one post caused. */
export class BulkEmailResponse {
  @ApiProperty({ format: 'uuid', example: '01970f42-7be3-7a10-9f0c-0d3a5c1e8b77' })
  id: string;

  @ApiProperty({ format: 'uuid', example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11' })
  postId: string;

  @ApiProperty({ example: 'Hello world' })
  postTitle: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many mails were written so far', example: 1500 })
  written: number;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  startedAt: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the last of them was written; null while there are more to come',
    example: null,
  })
  writtenAt: Date | null;

  static from(row: FanOutRow): BulkEmailResponse {
    return {
      id: row.id,
      postId: row.postId,
      postTitle: row.postTitle,
      written: row.mails,
      startedAt: row.createdAt,
      writtenAt: row.doneAt,
    };
  }
}

class EmailCounts {
  @ApiProperty({ type: 'integer', minimum: 0, example: 480 })
  pending: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 20 })
  sending: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 997 })
  sent: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 2 })
  failed: number;

  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  cancelled: number;
}

export class BulkEmailProgressResponse extends BulkEmailResponse {
  @ApiProperty({ type: EmailCounts, description: 'All mails about the post, by their state' })
  counts: EmailCounts;

  static override from(progress: Progress): BulkEmailProgressResponse {
    const none: EmailCounts = { pending: 0, sending: 0, sent: 0, failed: 0, cancelled: 0 };
    return { ...BulkEmailResponse.from(progress), counts: { ...none, ...progress.counts } };
  }
}

export class BulkEmailPageResponse extends Page<BulkEmailResponse> {
  @ApiProperty({ type: [BulkEmailResponse] })
  items: BulkEmailResponse[];

  static from({ rows, page }: RowPage<FanOutRow>): BulkEmailPageResponse {
    return { items: rows.map((row) => BulkEmailResponse.from(row)), page };
  }
}
