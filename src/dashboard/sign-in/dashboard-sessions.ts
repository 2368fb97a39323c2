import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import type { LoginDto } from '../../auth/dto/login.dto.js';
import { SessionsRepository } from '../../auth/sessions/sessions.repository.js';
import { SessionsService, type Device } from '../../auth/sessions/sessions.service.js';
import { AccessTokens } from '../../auth/tokens/access-tokens.js';
import type { Actor } from '../../common/access/actor.js';
import { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import { DashboardCookie } from './dashboard-cookie.js';

/** Who sees the dashboard: administrators with a cookie, whose session and role are read for every request. */
@Injectable()
export class DashboardSessions {
  constructor(
    private readonly auth: AuthService,
    private readonly accessTokens: AccessTokens,
    private readonly sessions: SessionsService,
    private readonly rows: SessionsRepository,
    private readonly cookie: DashboardCookie,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns a `Set-Cookie`
   * @throws AppError as `AuthService.login`; `ROLE_REQUIRED` for an account that is no administrator's
   */
  async begin(dto: LoginDto, device: Device): Promise<string> {
    const { access_token } = await this.auth.login(dto, device);
    const sessionId = (await this.accessTokens.read(access_token))?.sessionId ?? '';
    const actor = await this.actorOf(sessionId);
    if (actor?.role === 'admin') return this.cookie.issue(sessionId);
    await this.sessions.revokeToken(access_token);
    throw new AppError('ROLE_REQUIRED');
  }

  /** @param cookies the header `Cookie` */
  async administrator(cookies: string | undefined): Promise<Actor | undefined> {
    const actor = await this.actorOf(this.cookie.read(cookies));
    return actor?.role === 'admin' ? actor : undefined;
  }

  /**
   * Ends the session, whatever has become of the account meanwhile.
   * @param cookies the header `Cookie`
   * @returns a `Set-Cookie` that takes the cookie away
   */
  async end(cookies: string | undefined): Promise<string> {
    const actor = await this.actorOf(this.cookie.read(cookies));
    if (actor) await this.sessions.endOwn(actor);
    return this.cookie.expire();
  }

  private async actorOf(sessionId: string | undefined): Promise<Actor | undefined> {
    const account = sessionId ? await this.rows.account(sessionId, this.clock.now()) : undefined;
    if (!account?.isActive) return undefined;
    const { id, role, emailVerifiedAt } = account;
    return { id, role, emailVerified: emailVerifiedAt !== null, sessionId: sessionId ?? null };
  }
}
