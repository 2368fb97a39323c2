import { ApiProperty } from '@nestjs/swagger';
import type { Actor } from '../../common/access/actor.js';
import { Page, type RowPage } from '../../common/paging/page.js';
import type { OwnSessionRow } from '../sessions/sessions.repository.js';

export class SessionResponse {
  @ApiProperty({ format: 'uuid', example: '01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0' })
  id: string;

  @ApiProperty({ description: 'Whether it is the one that asks', example: true })
  current: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 400,
    example: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
  })
  userAgent: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T08:00:00.000Z' })
  lastUsedAt: Date;

  @ApiProperty({ format: 'date-time', example: '2026-04-01T08:00:00.000Z' })
  expiresAt: Date;

  static from(row: OwnSessionRow, actor: Actor): SessionResponse {
    const { id, userAgent, ip, createdAt, lastUsedAt, expiresAt } = row;
    return { id, current: id === actor.sessionId, userAgent, ip, createdAt, lastUsedAt, expiresAt };
  }
}

export class SessionPageResponse extends Page<SessionResponse> {
  @ApiProperty({ type: [SessionResponse] })
  items: SessionResponse[];

  static from({ rows, page }: RowPage<OwnSessionRow>, actor: Actor): SessionPageResponse {
    return { items: rows.map((row) => SessionResponse.from(row, actor)), page };
  }
}
