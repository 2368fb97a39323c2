import { Body, Param, Post, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { withETag } from './answers.js';
import { PostResponse } from './dto/post.response.js';
import { PublishPostDto } from './dto/publish-post.dto.js';
import { PostsService } from './posts.service.js';
import { TrashService } from './trash.service.js';

/** The steps in the life of a post that are no change of its texts. */
@ApiController('posts/:id', 'Posts')
export class PublicationController {
  constructor(
    private readonly posts: PostsService,
    private readonly trash: TrashService,
  ) {}

  @Post('publish')
  @ApiBody({
    type: PublishPostDto,
    required: false,
    examples: {
      now: { summary: 'Now', value: {} },
      later: { summary: 'At a time', value: { publishAt: '2026-12-24T08:00:00Z' } },
    },
  })
  @ApiAnswer(200, PostResponse, {
    summary: 'Publish a post',
    description: 'Now, or at `publishAt`: the post appears then by itself. Another time takes the place of the first.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'POST_STATE_CONFLICT', 'EMAIL_NOT_VERIFIED'],
    headers: ['ETag'],
  })
  async publish(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Body() { publishAt }: PublishPostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.publish(actor, id, publishAt ?? undefined));
  }

  @Post('unpublish')
  @ApiAnswer(200, PostResponse, {
    summary: 'Take a post back',
    description: 'It is a draft again, whether it was published or was to be.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'POST_STATE_CONFLICT'],
    headers: ['ETag'],
  })
  async unpublish(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.unpublish(actor, id));
  }

  @Post('restore')
  @ApiAnswer(200, PostResponse, {
    summary: 'Take a post out of the trash',
    description:
      'It is what it was, but a draft where it was scheduled. Where its slug was given away it gets another one.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'POST_STATE_CONFLICT'],
    headers: ['ETag'],
  })
  async restore(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.trash.restore(actor, id));
  }
}
