import { Delete, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import { CurrentUser } from '../../common/access/current-user.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { setPageLinks } from '../../common/paging/link.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { IdParam } from '../../common/validation/id-param.dto.js';
import { SessionPageResponse } from '../dto/session.response.js';
import { SessionsService } from './sessions.service.js';

@ApiController('auth/sessions', 'Auth')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @ApiAnswer(200, SessionPageResponse, {
    summary: 'List your sessions',
    description: 'Those that are live, the one used last first.',
    headers: ['Link'],
  })
  async page(
    @CurrentUser() actor: Actor,
    @Query() query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionPageResponse> {
    const page = await this.sessions.pageLive(actor, query);
    setPageLinks(reply, page);
    return SessionPageResponse.from(page, actor);
  }

  @Delete(':id')
  @ApiAnswer(204, null, { summary: 'End one of your sessions', errors: ['SESSION_NOT_FOUND'] })
  async endOne(@CurrentUser() actor: Actor, @Param() { id }: IdParam): Promise<void> {
    await this.sessions.endOne(actor, id);
  }

  @Delete()
  @ApiAnswer(204, null, { summary: 'End all your sessions but this one' })
  async endOthers(@CurrentUser() actor: Actor): Promise<void> {
    await this.sessions.endOthers(actor);
  }
}
