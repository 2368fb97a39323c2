import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { markPublic } from '../../core/cache/public-answer.js';
import { PublicAnswers } from '../../core/cache/public-answers.js';
import { Settings } from '../../core/config/settings.js';
import { postUrl } from '../post-url.js';
import { PostsService } from '../posts.service.js';
import { atomFeed, lastChange } from './atom-feed.js';

const POSTS = 20;

@ApiExcludeController()
@Controller('feed.xml')
export class FeedController {
  constructor(
    private readonly posts: PostsService,
    private readonly settings: Settings,
    private readonly publicAnswers: PublicAnswers,
  ) {}

  /** The latest posts, for feed readers. */
  @Get()
  @Public({ token: 'ignored' })
  @Header('content-type', 'application/atom+xml; charset=utf-8')
  async feed(@Res({ passthrough: true }) reply: FastifyReply): Promise<string | Buffer> {
    return this.publicAnswers.once(reply, async () => this.latest(reply));
  }

  private async latest(reply: FastifyReply): Promise<string> {
    const { rows } = await this.posts.page(undefined, { status: 'published', limit: POSTS });
    const { PUBLIC_URL } = this.settings;
    void reply.headers({
      'content-type': 'application/atom+xml; charset=utf-8',
      'last-modified': lastChange(rows).toUTCString(),
    });
    markPublic(reply);
    return atomFeed({
      url: `${PUBLIC_URL}/feed.xml`,
      homepage: PUBLIC_URL,
      posts: rows,
      linkTo: ({ slug }) => postUrl(this.settings, slug),
    });
  }
}
