import { Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Roles } from '../../common/access/roles.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { setPageLinks } from '../../common/paging/link.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { IdParam } from '../../common/validation/id-param.dto.js';
import { BulkEmailPageResponse, BulkEmailProgressResponse } from './bulk-email.response.js';
import { BulkEmailsService } from './bulk-emails.service.js';

@Roles('admin')
@ApiController('admin/bulk-emails', 'Administration')
export class BulkEmailsController {
  constructor(private readonly bulkEmails: BulkEmailsService) {}

  @Get()
  @ApiAnswer(200, BulkEmailPageResponse, {
    summary: 'List bulk mails',
    description: 'Each post that was mailed to the followers of its author, newest first.',
    headers: ['Link'],
  })
  async page(
    @Query() query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BulkEmailPageResponse> {
    const page = await this.bulkEmails.page(query);
    setPageLinks(reply, page);
    return BulkEmailPageResponse.from(page);
  }

  @Get(':id')
  @ApiAnswer(200, BulkEmailProgressResponse, {
    summary: 'Read the progress of a bulk mail',
    errors: ['BULK_EMAIL_NOT_FOUND'],
  })
  async progress(@Param() { id }: IdParam): Promise<BulkEmailProgressResponse> {
    return BulkEmailProgressResponse.from(await this.bulkEmails.progress(id));
  }
}
