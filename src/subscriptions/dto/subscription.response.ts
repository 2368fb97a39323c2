import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../common/paging/page.js';
import { AuthorResponse } from '../../users/dto/author.response.js';
import type { SubscriptionRow } from '../subscriptions.repository.js';

export class SubscriptionResponse {
  @ApiProperty({ type: AuthorResponse, description: 'Who is followed' })
  author: AuthorResponse;

  @ApiProperty({ format: 'date-time', description: 'Since when', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  static from({ authorId, authorUsername, authorFullName, createdAt }: SubscriptionRow): SubscriptionResponse {
    return { author: { id: authorId, username: authorUsername, fullName: authorFullName }, createdAt };
  }
}

export class SubscriptionPageResponse extends Page<SubscriptionResponse> {
  @ApiProperty({ type: [SubscriptionResponse] })
  items: SubscriptionResponse[];

  static from({ rows, page }: RowPage<SubscriptionRow>): SubscriptionPageResponse {
    return { items: rows.map((row) => SubscriptionResponse.from(row)), page };
  }
}
