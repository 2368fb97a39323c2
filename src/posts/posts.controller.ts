import { Body, Delete, Get, Headers, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { Public } from '../common/access/public.decorator.js';
import { API_PREFIX, ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setNextLink } from '../common/paging/link.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { ListPostsQuery } from './dto/list-posts.query.js';
import { PostParam } from './dto/post.param.js';
import { PostPageResponse, PostResponse } from './dto/post.response.js';
import { PatchPostDto, WritePostDto } from './dto/write-post.dto.js';
import { postETag } from './post-etag.js';
import type { PostRow } from './posts.repository.js';
import { PostsService } from './posts.service.js';

const IF_MATCH = ApiHeader({ name: 'If-Match', required: false, description: 'The `ETag` of the version to change' });

@ApiController('posts', 'Posts')
export class PostsController {
  constructor(private readonly posts: PostsService) {}

  @Post()
  @ApiAnswer(201, PostResponse, {
    summary: 'Write a post',
    description: 'A draft, unless `published` is true. The slug is made from the title and is unique.',
    errors: ['SLUG_TAKEN', 'EMAIL_NOT_VERIFIED'],
    headers: ['Location', 'ETag'],
  })
  async create(
    @CurrentUser() actor: Actor,
    @Body() dto: WritePostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    const post = await this.posts.create(actor, dto);
    void reply.header('location', `${API_PREFIX}/posts/${post.id}`);
    return withETag(reply, post);
  }

  @Get()
  @Public()
  @ApiAnswer(200, PostPageResponse, {
    summary: 'List posts',
    description: 'Published ones, newest first. Drafts with `status=draft`, which needs a sign-in.',
    errors: ['UNAUTHENTICATED'],
    headers: ['Link'],
  })
  async page(
    @CurrentUser() actor: Actor | undefined,
    @Query() query: ListPostsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostPageResponse> {
    const page = await this.posts.page(actor, query);
    setNextLink(reply, page.page);
    return PostPageResponse.from(page);
  }

  @Get(':id')
  @Public()
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The `ETag` of the version at hand' })
  @ApiAnswer(200, PostResponse, {
    summary: 'Read a post',
    description: 'By id or slug. Drafts are there for their author and editors alone.',
    errors: ['POST_NOT_FOUND'],
    headers: ['ETag'],
    notModified: true,
  })
  async read(
    @CurrentUser() actor: Actor | undefined,
    @Param() { id }: PostParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.read(actor, id));
  }

  @Put(':id')
  @IF_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Replace a post',
    description: 'What is left out takes its default; the status changes only if `published` is sent.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'SLUG_TAKEN', 'VERSION_MISMATCH', 'EMAIL_NOT_VERIFIED'],
    headers: ['ETag'],
  })
  async replace(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() dto: WritePostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.replace(actor, id, ifMatch, dto));
  }

  @Patch(':id')
  @IF_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Change a post',
    description: 'Changes what is sent, and nothing else.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'SLUG_TAKEN', 'VERSION_MISMATCH', 'EMAIL_NOT_VERIFIED'],
    headers: ['ETag'],
  })
  async patch(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() dto: PatchPostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.patch(actor, id, ifMatch, dto));
  }

  @Delete(':id')
  @IF_MATCH
  @ApiAnswer(204, null, {
    summary: 'Delete a post',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'VERSION_MISMATCH'],
  })
  async remove(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.posts.remove(actor, id, ifMatch);
  }

  @Post(':id/publish')
  @ApiAnswer(200, PostResponse, {
    summary: 'Publish a post',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'POST_STATE_CONFLICT', 'EMAIL_NOT_VERIFIED'],
    headers: ['ETag'],
  })
  async publish(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.publish(actor, id));
  }

  @Post(':id/unpublish')
  @ApiAnswer(200, PostResponse, {
    summary: 'Take a post back',
    description: 'It is a draft again.',
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
}

function withETag(reply: FastifyReply, post: PostRow): PostResponse {
  void reply.header('etag', postETag(post));
  return PostResponse.from(post);
}
