import { ApiProperty } from '@nestjs/swagger';
import { Page, type RowPage } from '../../../common/paging/page.js';
import { AUDIT_OUTCOMES, AUDIT_TYPES, type AuditOutcome, type AuditType } from '../audit-types.js';
import type { AuditRow } from '../audit.repository.js';

export class AuditEventResponse {
  @ApiProperty({ format: 'uuid', example: '01970f43-0b1d-7c66-8a55-5b7c9e1f2a33' })
  id: string;

  @ApiProperty({ enum: AUDIT_TYPES, example: 'session.started' })
  type: AuditType;

  @ApiProperty({ enum: AUDIT_OUTCOMES, example: 'success' })
  outcome: AuditOutcome;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Who did it', example: null })
  actorId: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Whose account it concerns',
    example: '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11',
  })
  subjectId: string | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, example: '01970f3f-11aa-7d0c-8b2e-77c1d0a4e9f0' })
  sessionId: string | null;

  @ApiProperty({ type: String, nullable: true, example: '203.0.113.7' })
  ip: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.5.0' })
  userAgent: string | null;

  @ApiProperty({ type: String, nullable: true, example: '01970f41-52aa-7c0d-8d11-90a2b7f3c644' })
  requestId: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T09:30:00.000Z' })
  createdAt: Date;

  static from(row: AuditRow): AuditEventResponse {
    const { id, type, outcome, actorId, subjectId, sessionId, ip, userAgent, requestId, createdAt } = row;
    return { id, type, outcome, actorId, subjectId, sessionId, ip, userAgent, requestId, createdAt };
  }
}

export class AuditEventPageResponse extends Page<AuditEventResponse> {
  @ApiProperty({ type: [AuditEventResponse] })
  items: AuditEventResponse[];

  static from({ rows, page }: RowPage<AuditRow>): AuditEventPageResponse {
    return { items: rows.map((row) => AuditEventResponse.from(row)), page };
  }
}
