import { AsyncResource } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { AccessTokenStrategy } from '../../auth/access/access-token.strategy.js';
import { SessionsRepository } from '../../auth/sessions/sessions.repository.js';
import type { Actor } from '../../common/access/actor.js';
import { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import { AppLogger } from '../../core/logging/app-logger.js';
import { SESSION_REVOKED } from '../../users/users.live.js';
import { UsersService } from '../../users/users.service.js';
import { LiveFeed } from '../feed/live-feed.js';
import type { LiveMessage } from '../feed/live-message.js';
import { LiveHub } from '../live-hub.js';

/** Who is at the other end, for as long as the token that was shown is good. */
export interface SignedIn {
  actor: Actor;
  expiresAt: Date;
}

/** Who may lose what it may see. */
export interface Watched {
  readonly signedIn: SignedIn | undefined;
  signOut(reason: AppError): void;
}

/** Whether an event ends the session, or all sessions of the account, of whoever is told it. */
export const endsSession = ({ name, data }: LiveMessage, { actor }: SignedIn): boolean =>
  name === SESSION_REVOKED && (data['sessionId'] === null || data['sessionId'] === actor.sessionId);

/** By whom sockets are used: checked as for a request, and again for as long as they are open. */
@Injectable()
export class SocketAccess {
  private readonly watched = new Set<Watched>();
  /** Not in the context of the request that opened the socket, which is over. */
  private readonly validate = AsyncResource.bind(async (token: string) => this.strategy.validate(token));

  constructor(
    private readonly strategy: AccessTokenStrategy,
    private readonly sessions: SessionsRepository,
    private readonly users: UsersService,
    private readonly feed: LiveFeed,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    hub: LiveHub,
  ) {
    hub.onBeat(() => void this.check());
  }

  /**
   * @param accept called before any further event comes by
   * @throws AppError `INVALID_TOKEN`, `ACCOUNT_DISABLED`, 503
   */
  async identify(token: string, accept: (signedIn: SignedIn) => void): Promise<void> {
    const { backlog } = this.feed;
    const { position } = backlog.head;
    const actor = await this.validate(token);
    if (!actor) throw new AppError('INVALID_TOKEN');
    const signedIn = { actor, expiresAt: new Date((decodeJwt(token).exp ?? 0) * 1_000) };
    // What ended the session while it was looked at has gone by; what ends it from now on comes by.
    const meanwhile = backlog.after(position);
    const hasEnded = (message: LiveMessage) => message.audience === actor.id && endsSession(message, signedIn);
    if (!meanwhile || meanwhile.some(hasEnded)) throw new AppError('INVALID_TOKEN');
    accept(signedIn);
  }

  isExpired({ expiresAt }: SignedIn): boolean {
    return expiresAt <= this.clock.now();
  }

  watch(socket: Watched): void {
    this.watched.add(socket);
  }

  unwatch(socket: Watched): void {
    this.watched.delete(socket);
  }

  /** For what ends a session and tells nobody: time, above all. */
  private async check(): Promise<void> {
    const all = [...this.watched].flatMap((socket) => (socket.signedIn ? [{ socket, ...socket.signedIn }] : []));
    for (const { socket, ...signedIn } of all)
      if (this.isExpired(signedIn)) socket.signOut(new AppError('INVALID_TOKEN'));
    const left = all.filter(({ socket }) => socket.signedIn);
    if (left.length === 0) return;
    try {
      const live = await this.liveAmong(left.map(({ actor }) => actor));
      for (const { socket, actor } of left)
        if (!live.has(actor.sessionId ?? actor.id) && socket.signedIn?.actor === actor)
          socket.signOut(new AppError('INVALID_TOKEN'));
    } catch (error) {
      this.logger.debug({ err: error, msg: 'Sockets could not be checked; it is tried again with the next heartbeat' });
    }
  }

  /** Ids of sessions, and of accounts that are known by an outside issuer and have none. */
  private async liveAmong(actors: Actor[]): Promise<Set<string>> {
    const sessions = actors.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId]));
    const accounts = actors.flatMap(({ id, sessionId }) => (sessionId === null ? [id] : []));
    const [liveSessions, contacts] = await Promise.all([
      sessions.length > 0 ? this.sessions.liveAmong(sessions, this.clock.now()) : [],
      accounts.length > 0 ? this.users.contacts(accounts) : [],
    ]);
    const liveAccounts = contacts.filter(({ isActive, deletedAt }) => isActive && deletedAt === null);
    return new Set([...liveSessions, ...liveAccounts.map(({ id }) => id)]);
  }
}
