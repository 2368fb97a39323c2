import { Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Roles } from '../common/access/roles.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { EmailDetailResponse, EmailPageResponse, RetriedResponse } from './dto/email.response.js';
import { ListEmailsQuery } from './dto/list-emails.query.js';
import { EmailsService } from './emails.service.js';

@Roles('admin')
@ApiController('admin/emails', 'Administration')
export class AdminEmailsController {
  constructor(private readonly emails: EmailsService) {}

  @Get()
  @ApiAnswer(200, EmailPageResponse, {
    summary: 'List mails',
    description: 'What is owed, sent, failed and cancelled; newest first.',
    headers: ['Link'],
  })
  async page(
    @Query() query: ListEmailsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<EmailPageResponse> {
    const page = await this.emails.page(query);
    setPageLinks(reply, page);
    return EmailPageResponse.from(page);
  }

  @Get(':id')
  @ApiAnswer(200, EmailDetailResponse, {
    summary: 'Read the state of a mail',
    description: 'With how each attempt ended.',
    errors: ['EMAIL_NOT_FOUND'],
  })
  async read(@Param() { id }: IdParam): Promise<EmailDetailResponse> {
    return EmailDetailResponse.from(await this.emails.byId(id));
  }

  @Post('retry')
  @ApiAnswer(200, RetriedResponse, {
    summary: 'Send all failed mails again',
    description: 'They are due now, and tried as often as new ones.',
  })
  async retryFailed(): Promise<RetriedResponse> {
    return { retried: await this.emails.retryFailed() };
  }

  @Post(':id/retry')
  @ApiAnswer(200, EmailDetailResponse, {
    summary: 'Send a mail again',
    description: 'Now, whether it failed, was cancelled or waits for its next attempt.',
    errors: ['EMAIL_NOT_FOUND', 'EMAIL_STATE_CONFLICT'],
  })
  async retry(@Param() { id }: IdParam): Promise<EmailDetailResponse> {
    return EmailDetailResponse.from(await this.emails.retry(id));
  }
}
