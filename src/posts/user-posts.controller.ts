import { Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access/public.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { PageQuery } from '../common/paging/page-query.dto.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { markPublic } from '../core/cache/public-answer.js';
import { PublicAnswers } from '../core/cache/public-answers.js';
import { withPageETag } from './answers.js';
import { PostPageResponse } from './dto/post.response.js';
import { PostsService } from './posts.service.js';

/** The path begins with users, the answer is posts: it belongs here. */
@ApiController('users/:id/posts', 'Posts')
export class UserPostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly publicAnswers: PublicAnswers,
  ) {}

  @Get()
  @Public()
  @ApiAnswer(200, PostPageResponse, {
    summary: 'List the published posts of an author',
    errors: ['USER_NOT_FOUND'],
    headers: ['Link', 'ETag'],
    notModified: true,
  })
  async page(
    @Param() { id }: IdParam,
    @Query() query: PageQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostPageResponse | Buffer> {
    return this.publicAnswers.once(reply, async () => {
      const page = await this.posts.pageOfAuthor(id, query);
      setPageLinks(reply, page);
      markPublic(reply);
      return withPageETag(reply, page);
    });
  }
}
