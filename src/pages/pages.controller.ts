import { Controller, Get, Param, Query, Redirect, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../common/access/public.decorator.js';
import { AppError } from '../common/errors/app-error.js';
import { PROBLEMS, type ProblemCode } from '../common/errors/problems.js';
import { Settings } from '../core/config/settings.js';
import { HttpRoute } from '../core/http/route-config.js';
import { PostsService } from '../posts/posts.service.js';
import { errorPage, errorsPage } from './errors.page.js';
import { HtmlPage } from './html-page.decorator.js';
import { landingPage } from './landing.page.js';
import { livePage } from './live.page.js';
import { postPage } from './post.page.js';
import { resetPage } from './reset.page.js';
import { unsubscribePage } from './unsubscribe.page.js';
import { verifyPage } from './verify.page.js';

/** The few pages for people; everything else is for programs. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller()
export class PagesController {
  constructor(
    private readonly settings: Settings,
    private readonly posts: PostsService,
  ) {}

  @Get()
  @HttpRoute({ hasNoSecret: true })
  @HtmlPage()
  landing(): string {
    return landingPage(this.settings);
  }

  @Get('api/v1/docs')
  @Redirect('/docs', 302)
  docs(): void {}

  /** Where the link in the welcome mail leads; using up its token takes a click, as mail programs open links too. */
  @Get('verify')
  @HtmlPage()
  verify(): string {
    return verifyPage();
  }

  /** Where the link to a new password leads, and that of an invitation. */
  @Get('reset')
  @HtmlPage()
  reset(): string {
    return resetPage();
  }

  /** Where the link of a mail leads; only its button ends the subscription, as mail programs open links too. */
  @Get('api/v1/unsubscribe')
  @HtmlPage()
  unsubscribe(@Query('token') token: unknown): string {
    return unsubscribePage(typeof token === 'string' ? token : '');
  }

  @Get('p/:slug')
  @HttpRoute({ hasNoSecret: true })
  @HtmlPage()
  async post(
    @Param('slug') slug: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string | undefined> {
    const post = await this.posts.read(undefined, slug);
    if (post.slug === slug) return postPage(post);
    void reply.redirect(`/p/${post.slug}`, 301);
    return undefined;
  }

  @Get('live')
  @HtmlPage()
  live(): string {
    return livePage();
  }

  @Get('errors')
  @HttpRoute({ hasNoSecret: true })
  @HtmlPage()
  errors(): string {
    return errorsPage();
  }

  @Get('errors/:code')
  @HttpRoute({ hasNoSecret: true })
  @HtmlPage()
  error(@Param('code') code: string): string {
    if (!Object.hasOwn(PROBLEMS, code)) throw new AppError('ROUTE_NOT_FOUND');
    return errorPage(code as ProblemCode);
  }
}
