import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { newId } from '../../common/ids/uuid.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import type { TokenResponse } from '../dto/token.response.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { RefreshTokens, type RefreshTokenContent } from '../tokens/refresh-tokens.js';
import { SessionsRepository, type SessionRow } from './sessions.repository.js';

/** Where a sign-in comes from, as its owner will recognise it in the list of sessions. */
export interface Device {
  userAgent: string | null;
  ip: string | null;
}

const MAX_USER_AGENT = 400;

/** Sessions: begun by a sign-in, kept alive by refreshing, ended by signing out or by misuse. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly accessTokens: AccessTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async start(userId: string, device: Device): Promise<TokenResponse> {
    const now = this.clock.now();
    const seconds = Math.min(this.settings.REFRESH_TOKEN_TTL, this.settings.SESSION_MAX_AGE);
    const session = { id: newId(), userId, expiresAt: new Date(now.getTime() + seconds * 1_000) };
    const userAgent = device.userAgent?.slice(0, MAX_USER_AGENT) ?? null;
    await this.sessions.insert({ ...session, createdAt: now, userAgent, ip: device.ip });
    return this.tokens({ ...session, generation: 0, lastUsedAt: now });
  }

  /**
   * Exchanges a refresh token for its successor. The token used last gets the same successor again within the grace,
   * so that tabs that race and answers that got lost log nobody out; any older one ends the session, because then two
   * parties hold tokens of one lineage.
   * @throws AppError `INVALID_REFRESH_TOKEN`, `REFRESH_TOKEN_REUSED`
   */
  async refresh(token: string): Promise<TokenResponse> {
    const content = this.refreshTokens.read(token);
    if (!content) throw new AppError('INVALID_REFRESH_TOKEN');
    const { REFRESH_TOKEN_TTL, SESSION_MAX_AGE } = this.settings;
    const now = this.clock.now();
    const session = await this.liveSession(content, now);
    if (content.generation < session.generation) return this.again(content, session, now);

    const { sessionId, generation } = content;
    const advanced = await this.sessions.advance(sessionId, generation, now, REFRESH_TOKEN_TTL, SESSION_MAX_AGE);
    // Lost the race against another request with the same token: take what that one was given.
    return advanced ? this.tokens(advanced) : this.again(content, await this.liveSession(content, now), now);
  }

  async end(sessionId: string): Promise<void> {
    await this.sessions.revoke(sessionId, this.clock.now());
  }

  private async liveSession(content: RefreshTokenContent, now: Date): Promise<SessionRow> {
    const session = await this.sessions.live(content.sessionId, now);
    if (!session || content.generation > session.generation) throw new AppError('INVALID_REFRESH_TOKEN');
    return session;
  }

  /** The token was exchanged before: the same successor within the grace, the end of the session otherwise. */
  private async again(content: RefreshTokenContent, session: SessionRow, now: Date): Promise<TokenResponse> {
    const isParent = content.generation === session.generation - 1;
    const age = now.getTime() - session.lastUsedAt.getTime();
    if (isParent && age <= this.settings.REFRESH_GRACE * 1_000) return this.tokens(session);
    await this.sessions.revoke(session.id, now);
    throw new AppError('REFRESH_TOKEN_REUSED');
  }

  private async tokens(session: SessionRow): Promise<TokenResponse> {
    return {
      access_token: await this.accessTokens.sign({ userId: session.userId, sessionId: session.id }),
      token_type: 'Bearer',
      expires_in: this.settings.ACCESS_TOKEN_TTL,
      refresh_token: this.refreshTokens.derive({ sessionId: session.id, generation: session.generation }),
      refresh_expires_in: Math.round((session.expiresAt.getTime() - this.clock.now().getTime()) / 1_000),
    };
  }
}
