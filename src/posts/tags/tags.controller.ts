import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { ApiController } from '../../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../../common/paging/link.js';
import { markPublic } from '../../core/cache/public-answer.js';
import { PublicAnswers } from '../../core/cache/public-answers.js';
import { ListTagsQuery } from './list-tags.query.js';
import { TagPageResponse } from './tag.response.js';
import { TagsRepository } from './tags.repository.js';

@ApiController('tags', 'Posts')
export class TagsController {
  constructor(
    private readonly tags: TagsRepository,
    private readonly publicAnswers: PublicAnswers,
  ) {}

  @Get()
  @Public()
  @ApiAnswer(200, TagPageResponse, {
    summary: 'List tags',
    description: 'Those of published posts, with how many there are of each.',
    headers: ['Link', 'ETag'],
    notModified: true,
  })
  async page(
    @Query() query: ListTagsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TagPageResponse | Buffer> {
    return this.publicAnswers.once(reply, async () => {
      const page = await this.tags.page(query);
      setPageLinks(reply, page);
      markPublic(reply);
      return TagPageResponse.from(page);
    });
  }
}
