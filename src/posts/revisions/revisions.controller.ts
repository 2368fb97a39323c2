import { Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import { CurrentUser } from '../../common/access/current-user.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../../common/paging/link.js';
import { PageQuery } from '../../common/paging/page-query.dto.js';
import { IdParam } from '../../common/validation/id-param.dto.js';
import { IF_MATCH, withETag } from '../answers.js';
import { PostResponse } from '../dto/post.response.js';
import { RevisionParam } from './revision.param.js';
import { RevisionPageResponse, RevisionResponse } from './revision.response.js';
import { RevisionsService } from './revisions.service.js';

@ApiController('posts/:id/revisions', 'Posts')
export class RevisionsController {
  constructor(private readonly revisions: RevisionsService) {}

  @Get()
  @ApiAnswer(200, RevisionPageResponse, {
    summary: 'List the former versions of a post',
    description: 'Every change keeps what was before; the latest first. For those who may change the post.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS'],
    headers: ['Link'],
  })
  async page(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Query() query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RevisionPageResponse> {
    const page = await this.revisions.page(actor, id, query);
    setPageLinks(reply, page);
    return RevisionPageResponse.from(page);
  }

  @Get(':version')
  @ApiAnswer(200, RevisionResponse, {
    summary: 'Read a former version of a post',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'REVISION_NOT_FOUND'],
  })
  async read(@CurrentUser() actor: Actor, @Param() { id, version }: RevisionParam): Promise<RevisionResponse> {
    return RevisionResponse.from(await this.revisions.read(actor, id, version));
  }

  @Post(':version/restore')
  @IF_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Restore a former version of a post',
    description: 'Its title, content, excerpt and tags become those of a new version; slug and state stay.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'REVISION_NOT_FOUND', 'VERSION_MISMATCH'],
    headers: ['ETag'],
  })
  async restore(
    @CurrentUser() actor: Actor,
    @Param() { id, version }: RevisionParam,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.revisions.restore({ actor, id, ifMatch }, version));
  }
}
