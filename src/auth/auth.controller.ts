import { Body, Post } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { Actor } from '../common/access/actor.js';
import { CurrentUser } from '../common/access/current-user.decorator.js';
import { Public } from '../common/access/public.decorator.js';
import { ApiController } from '../common/openapi/api-controller.decorator.js';
import { ApiAnswer } from '../common/openapi/api-answer.decorator.js';
import { HttpRoute } from '../core/http/route-config.js';
import { AuthService } from './auth.service.js';
import { ClientDevice } from './client-device.decorator.js';
import { LoginDto } from './dto/login.dto.js';
import { OAuthErrorResponse } from './dto/oauth-error.response.js';
import { RefreshDto } from './dto/refresh.dto.js';
import { RevokeDto } from './dto/revoke.dto.js';
import { TOKEN_FIELDS, TokenDto } from './dto/token.dto.js';
import { TokenResponse } from './dto/token.response.js';
import { oauthError } from './oauth-error.js';
import { SessionsService, type Device } from './sessions/sessions.service.js';

@ApiController('auth', 'Auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('login')
  @Public({ token: 'ignored' })
  @HttpRoute({ form: ['username', 'email', 'password'] })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiAnswer(200, TokenResponse, {
    summary: 'Sign in',
    description: 'With an e-mail address or a username. An unknown account and a wrong password are told alike.',
    errors: [
      'INVALID_CREDENTIALS',
      'ACCOUNT_DISABLED',
      'EMAIL_NOT_VERIFIED',
      'PASSWORD_GRANT_OFF',
      'TOO_MANY_ATTEMPTS',
    ],
  })
  async login(@Body() dto: LoginDto, @ClientDevice() device: Device): Promise<TokenResponse> {
    return this.auth.login(dto, device);
  }

  @Post('token')
  @Public({ token: 'ignored' })
  @HttpRoute({ json: false, form: TOKEN_FIELDS, errorAnswer: oauthError })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiAnswer(200, TokenResponse, {
    summary: 'Token endpoint (OAuth 2.0)',
    description: 'The grants `password` and `refresh_token` of RFC 6749, for OAuth clients; errors as in its §5.2.',
    errorFormat: { type: OAuthErrorResponse, statuses: [400, 413, 415, 429, 500, 503] },
  })
  async token(@Body() dto: TokenDto, @ClientDevice() device: Device): Promise<TokenResponse> {
    return this.auth.token(dto, device);
  }

  @Post('refresh')
  @Public({ token: 'ignored' })
  @ApiAnswer(200, TokenResponse, {
    summary: 'Exchange a refresh token',
    description:
      'Each refresh token is used once. The one used last gets the same successor again for a few seconds, so that parallel calls and lost answers do no harm; an older one ends the session.',
    errors: ['INVALID_REFRESH_TOKEN', 'REFRESH_TOKEN_REUSED'],
  })
  async refresh(@Body() dto: RefreshDto): Promise<TokenResponse> {
    return this.sessions.refresh(dto.refresh_token);
  }

  @Post('revoke')
  @Public({ token: 'ignored' })
  @HttpRoute({ json: false, form: ['token', 'token_type_hint'], errorAnswer: oauthError })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiAnswer(200, null, {
    summary: 'Revoke a token (OAuth 2.0)',
    description: 'Ends the session of a refresh or access token (RFC 7009); an unknown one is no error.',
    errorFormat: { type: OAuthErrorResponse, statuses: [400, 413, 415, 429, 500, 503] },
  })
  async revoke(@Body() { token }: RevokeDto): Promise<void> {
    await this.sessions.revokeToken(token);
  }

  @Post('logout')
  @ApiAnswer(204, null, { summary: 'Sign out', description: 'Ends this session and all its tokens at once.' })
  async logout(@CurrentUser() actor: Actor): Promise<void> {
    await this.sessions.endOwn(actor);
  }
}
