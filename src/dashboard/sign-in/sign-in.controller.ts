import { Body, Controller, Get, Headers, Post, Redirect, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ClientDevice } from '../../auth/client-device.decorator.js';
import { LoginDto } from '../../auth/dto/login.dto.js';
import type { Device } from '../../auth/sessions/sessions.service.js';
import { Public } from '../../common/access/public.decorator.js';
import { HttpRoute } from '../../core/http/route-config.js';
import { HtmlPage } from '../../pages/html-page.decorator.js';
import { DashboardSessions } from './dashboard-sessions.js';
import { SameOriginGuard } from './same-origin.guard.js';
import { signInAnswer } from './sign-in-answer.js';
import { signInPage, signOutPage } from './sign-in.page.js';

/** The forms in front of the dashboard; they work without JavaScript. */
@ApiExcludeController()
@Public({ token: 'ignored' })
@Controller('queues')
export class SignInController {
  constructor(private readonly sessions: DashboardSessions) {}

  @Get('login')
  @HtmlPage()
  form(): string {
    return signInPage();
  }

  @Post('login')
  @UseGuards(SameOriginGuard)
  @HttpRoute({ json: false, form: ['username', 'password'], errorAnswer: signInAnswer })
  @Redirect('/queues', 303)
  async signIn(
    @Body() dto: LoginDto,
    @ClientDevice() device: Device,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('set-cookie', await this.sessions.begin(dto, device));
  }

  @Get('logout')
  @HtmlPage()
  signOutForm(): string {
    return signOutPage();
  }

  @Post('logout')
  @UseGuards(SameOriginGuard)
  @HttpRoute({ ignoresBody: true, errorAnswer: signInAnswer })
  @Redirect('/queues/login', 303)
  async signOut(
    @Headers('cookie') cookies: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    void reply.header('set-cookie', await this.sessions.end(cookies));
  }
}
