import { Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access/public.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { PageQuery } from '../common/paging/page-query.dto.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { CachedRead } from '../core/cache/cached-read.decorator.js';
import { markPublic } from '../core/cache/public-answer.js';
import { PostPageResponse } from './dto/post.response.js';
import { PostsService } from './posts.service.js';

/** The path begins with users, the answer is posts: it belongs here. */
@ApiController('users/:id/posts', 'Posts')
export class UserPostsController {
  constructor(private readonly posts: PostsService) {}

  @Get()
  @Public()
  @CachedRead()
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
  ): Promise<PostPageResponse> {
    const page = await this.posts.pageOfAuthor(id, query);
    setPageLinks(reply, page);
    markPublic(reply);
    return PostPageResponse.from(page);
  }
}
