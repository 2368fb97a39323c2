import { Body, Delete, Get, Headers, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { Public } from '../common/access/public.decorator.js';
import type { ProblemCode } from '../common/errors/problems.js';
import { isUuid } from '../common/ids/uuid.js';
import { API_PREFIX, ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { setPageLinks } from '../common/paging/link.js';
import { splitTarget } from '../common/urls/split-target.js';
import { IdParam } from '../common/validation/id-param.dto.js';
import { markPublic } from '../core/cache/public-answer.js';
import { PublicAnswers } from '../core/cache/public-answers.js';
import { Idempotency } from '../core/idempotency/idempotency.js';
import { IdempotentPost } from '../core/idempotency/idempotent-post.decorator.js';
import { IF_MATCH, IF_NONE_MATCH, withETag, withPageETag } from './answers.js';
import { ListPostsQuery } from './dto/list-posts.query.js';
import { PostParam } from './dto/post.param.js';
import { PostPageResponse, PostResponse } from './dto/post.response.js';
import { ReadPostQuery } from './dto/read-post.query.js';
import { PatchPostDto, WritePostDto } from './dto/write-post.dto.js';
import { postETag } from './post-etag.js';
import type { PostRow } from './post-row.js';
import { PostsService } from './posts.service.js';
import { renderMarkdown } from './rendering/markdown.js';
import { TrashService } from './trash.service.js';

const CHANGE_ERRORS: ProblemCode[] = [
  'POST_NOT_FOUND',
  'POST_NOT_YOURS',
  'POST_STATE_CONFLICT',
  'SLUG_TAKEN',
  'VERSION_MISMATCH',
  'EMAIL_NOT_VERIFIED',
];

@ApiController('posts', 'Posts')
export class PostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly trash: TrashService,
    private readonly idempotency: Idempotency,
    private readonly publicAnswers: PublicAnswers,
  ) {}

  @Post()
  @IdempotentPost()
  @ApiAnswer(201, PostResponse, {
    summary: 'Write a post',
    description:
      'A draft, unless `published` is true or `publishAt` is sent. The slug is made from the title and is unique.',
    errors: ['SLUG_TAKEN', 'EMAIL_NOT_VERIFIED'],
    headers: ['Location', 'ETag'],
  })
  async create(
    @CurrentUser() actor: Actor,
    @Body() dto: WritePostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return this.idempotency.once(reply, async () => {
      const post = await this.posts.create(actor, dto);
      void reply.header('location', `${API_PREFIX}/posts/${post.id}`);
      return withETag(reply, post);
    });
  }

  @Get()
  @Public()
  @ApiAnswer(200, PostPageResponse, {
    summary: 'List posts',
    description: 'Published ones, newest first. Others with `status`, which needs a sign-in.',
    errors: ['UNAUTHENTICATED'],
    headers: ['Link', 'ETag'],
    notModified: true,
  })
  async page(
    @CurrentUser() actor: Actor | undefined,
    @Query() query: ListPostsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostPageResponse | Buffer> {
    return this.publicAnswers.once(reply, async () => {
      const page = await this.posts.page(actor, query);
      setPageLinks(reply, page);
      if (query.status === 'published') markPublic(reply);
      return withPageETag(reply, page, query.fields);
    });
  }

  @Get(':id')
  @Public()
  @IF_NONE_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Read a post',
    description: 'By id or slug. Drafts are there for their author and editors alone.',
    errors: ['POST_NOT_FOUND'],
    headers: ['ETag'],
    notModified: true,
  })
  @ApiResponse({ status: 301, description: 'The post has another slug now; `Location` leads there' })
  async read(
    @CurrentUser() actor: Actor | undefined,
    @Param() { id }: PostParam,
    @Query() { format }: ReadPostQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse | Buffer | void> {
    return this.publicAnswers.once(reply, async () => {
      const post = await this.posts.read(actor, id);
      if (!isUuid(id) && post.slug !== id) return redirectTo(reply, post);
      if (post.status === 'published') markPublic(reply);
      if (format !== 'html') return withETag(reply, post);
      void reply.header('etag', postETag(post, 'html'));
      return { ...PostResponse.from(post), content: renderMarkdown(post.content) };
    });
  }

  @Put(':id')
  @IF_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Replace a post',
    description:
      'What is left out takes its default; the state changes only if `published` or `publishAt` is sent. The slug stays.',
    errors: CHANGE_ERRORS,
    headers: ['ETag'],
  })
  async replace(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() dto: WritePostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.replace({ actor, id, ifMatch }, dto));
  }

  @Patch(':id')
  @IF_MATCH
  @ApiAnswer(200, PostResponse, {
    summary: 'Change a post',
    description: 'Changes what is sent, and nothing else. `publishAt: null` takes a schedule back.',
    errors: CHANGE_ERRORS,
    headers: ['ETag'],
  })
  async patch(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() dto: PatchPostDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PostResponse> {
    return withETag(reply, await this.posts.patch({ actor, id, ifMatch }, dto));
  }

  @Delete(':id')
  @IF_MATCH
  @ApiAnswer(204, null, {
    summary: 'Delete a post',
    description: 'Into the trash, from which it can be restored for 30 days.',
    errors: ['POST_NOT_FOUND', 'POST_NOT_YOURS', 'VERSION_MISMATCH'],
  })
  async remove(
    @CurrentUser() actor: Actor,
    @Param() { id }: IdParam,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.trash.remove({ actor, id, ifMatch });
  }
}

function redirectTo(reply: FastifyReply, { slug }: PostRow): void {
  const { query } = splitTarget(reply.request.url);
  void reply.code(301).header('location', `${API_PREFIX}/posts/${slug}${query ? `?${query}` : ''}`);
}
