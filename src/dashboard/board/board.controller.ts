import { Controller, Get, Header, Param, Query, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../../common/access/public.decorator.js';
import { AppError } from '../../common/errors/app-error.js';
import { HttpRoute, type ErrorAnswer } from '../../core/http/route-config.js';
import { HtmlPage } from '../../pages/html-page.decorator.js';
import { AdministratorGuard } from './administrator.guard.js';
import { Board } from './board.js';

/** The paths that Bull Board's script shows something under. */
const PAGES = ['', 'metrics-history', 'job-schedulers', 'queue/:queueName', 'queue/:queueName/:jobId'];

/** People are led to the form, programs are told. */
const toSignIn = ({ code }: AppError): ErrorAnswer | undefined =>
  code === 'UNAUTHENTICATED' ? { status: 303, body: '', headers: { location: '/queues/login' } } : undefined;

/** The dashboard behind its form. Everything is a GET: there is nothing here that changes a queue. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@UseGuards(AdministratorGuard)
@Controller('queues')
export class BoardController {
  constructor(private readonly board: Board) {}

  @Get(PAGES)
  @HtmlPage()
  @HttpRoute({ errorAnswer: toSignIn })
  page(): string {
    return this.board.page;
  }

  @Get('static/*')
  async asset(@Param('*') name: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<Buffer> {
    const asset = await this.board.asset(name);
    if (!asset) throw new AppError('ROUTE_NOT_FOUND');
    void reply.type(asset.type);
    return asset.body;
  }

  @Get('api/*')
  @Header('content-type', 'application/json; charset=utf-8')
  async read(
    @Param('*') path: string,
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const answer = await this.board.read(`/api/${path}`, query);
    if (!answer) throw new AppError('ROUTE_NOT_FOUND');
    void reply.status(answer.status ?? 200);
    return JSON.stringify(answer.body);
  }

  /** So that what is under the dashboard cannot be told from what is not without the cookie. */
  @Get('*')
  nothing(): never {
    throw new AppError('ROUTE_NOT_FOUND');
  }
}
