import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { PageQuery } from '../../../common/paging/page-query.dto.js';
import { AUDIT_OUTCOMES, AUDIT_TYPES, type AuditOutcome, type AuditType } from '../audit-types.js';

export class ListAuditEventsQuery extends PageQuery {
  @ApiPropertyOptional({ enum: AUDIT_TYPES, example: 'session.started' })
  @IsOptional()
  @IsIn(AUDIT_TYPES)
  type?: AuditType;

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES, example: 'failure' })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES)
  outcome?: AuditOutcome;

  @ApiPropertyOptional({ format: 'uuid', description: 'Whose account it concerns' })
  @IsOptional()
  @IsUUID()
  subject?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Who did it' })
  @IsOptional()
  @IsUUID()
  actor?: string;
}
