import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Roles } from '../../common/access/roles.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { setPageLinks } from '../../common/paging/link.js';
import { AuditRepository } from './audit.repository.js';
import { AuditEventPageResponse } from './dto/audit-event.response.js';
import { ListAuditEventsQuery } from './dto/list-audit-events.query.js';

@Roles('admin')
@ApiController('admin/audit-events', 'Administration')
export class AuditController {
  constructor(private readonly events: AuditRepository) {}

  @Get()
  @ApiAnswer(200, AuditEventPageResponse, {
    summary: 'List security events',
    description: 'Who did what to whose account, from where, and with which outcome; newest first.',
    headers: ['Link'],
  })
  async page(
    @Query() query: ListAuditEventsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventPageResponse> {
    const page = await this.events.page(query);
    setPageLinks(reply, page);
    return AuditEventPageResponse.from(page);
  }
}
