import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../../common/access/actor.js';
import { AppError } from '../../common/errors/app-error.js';
import { newId } from '../../common/ids/uuid.js';
import type { RowPage } from '../../common/paging/page.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import { Audit } from '../../core/audit/audit.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Outbox } from '../../core/outbox/outbox.js';
import type { KnownAccount } from '../../users/credentials.service.js';
import { RefreshTokenReused, SignedInFromNewDevice } from '../auth.events.js';
import type { TokenResponse } from '../dto/token.response.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { RefreshTokens, type RefreshTokenContent } from '../tokens/refresh-tokens.js';
import { SessionsRepository, type NewSession, type OwnSessionRow, type SessionRow } from './sessions.repository.js';

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
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * @param account whose password was checked
   * @throws AppError `INVALID_CREDENTIALS` when the credentials have changed since
   */
  async start({ id: userId, credentialsChangedAt }: KnownAccount, device: Device): Promise<TokenResponse> {
    const now = this.clock.now();
    const seconds = Math.min(this.settings.REFRESH_TOKEN_TTL, this.settings.SESSION_MAX_AGE);
    const session = { id: newId(), userId, expiresAt: new Date(now.getTime() + seconds * 1_000) };
    const userAgent = device.userAgent?.slice(0, MAX_USER_AGENT) ?? null;
    await this.insert({ ...session, createdAt: now, userAgent, ip: device.ip, credentialsChangedAt });
    return this.tokens({ ...session, generation: 0, lastUsedAt: now });
  }

  /** One's own live sessions, the one used last first. */
  async pageLive(actor: Actor, query: PageQuery): Promise<RowPage<OwnSessionRow>> {
    return this.sessions.pageLive(actor.id, this.clock.now(), query);
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

  /** Signs out; a token of an outside issuer has no session to end. */
  @Transactional()
  async endOwn({ id, sessionId }: Actor): Promise<void> {
    if (sessionId === null) return;
    await this.sessions.revoke(sessionId, this.clock.now());
    await this.audit.record('session.ended', { subjectId: id });
  }

  /** @throws AppError `SESSION_NOT_FOUND` for one that is not live, or somebody else's */
  @Transactional()
  async endOne(actor: Actor, sessionId: string): Promise<void> {
    const ended = await this.sessions.revokeOwn(sessionId, actor.id, this.clock.now());
    if (!ended) throw new AppError('SESSION_NOT_FOUND');
    await this.audit.record('session.ended', { subjectId: actor.id, sessionId });
  }

  @Transactional()
  async endOthers({ id, sessionId }: Actor): Promise<void> {
    await this.sessions.revokeOthers(id, sessionId, this.clock.now());
    await this.audit.record('session.ended', { subjectId: id });
  }

  /** Ends the session of any token of ours, refresh or access; a token that is not ours changes nothing (RFC 7009). */
  async revokeToken(token: string): Promise<void> {
    const refresh = this.refreshTokens.read(token);
    const sessionId = refresh?.sessionId ?? (await this.accessTokens.read(token))?.sessionId;
    if (sessionId) await this.revoke(sessionId);
  }

  @Transactional()
  private async revoke(sessionId: string): Promise<void> {
    const userId = await this.sessions.revoke(sessionId, this.clock.now());
    if (userId) await this.audit.record('session.ended', { subjectId: userId, sessionId });
  }

  @Transactional()
  private async insert(session: NewSession): Promise<void> {
    const isNewDevice = await this.sessions.insert(session);
    if (isNewDevice === undefined) throw new AppError('INVALID_CREDENTIALS');
    const { id, userId } = session;
    await this.audit.record('session.started', { subjectId: userId, actorId: userId, sessionId: id });
    if (isNewDevice) await this.outbox.record(new SignedInFromNewDevice(userId, id));
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
    await this.endReused(session, now);
    throw new AppError('REFRESH_TOKEN_REUSED');
  }

  /** Committed by itself: the error that follows must not roll it back. */
  @Transactional()
  private async endReused({ id, userId }: SessionRow, now: Date): Promise<void> {
    // Copies that arrive at a time are one replay: told once.
    if (!(await this.sessions.revoke(id, now))) return;
    await this.audit.record('session.refresh_reused', { subjectId: userId, sessionId: id, outcome: 'failure' });
    await this.outbox.record(new RefreshTokenReused(userId, id));
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
