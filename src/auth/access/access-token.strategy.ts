import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Actor } from '../../common/access/actor.js';
import { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { BearerStrategy } from './bearer.strategy.js';

/** Who presents a token: read from the database each time, so that every change takes effect with the next request. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(BearerStrategy) {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  async validate(token: string): Promise<Actor | false> {
    const content = this.tokens.read(token);
    if (!content) return false;
    const account = await this.sessions.account(content.sessionId, this.clock.now());
    if (!account || account.id !== content.userId) return false;
    if (!account.isActive) throw new AppError('ACCOUNT_DISABLED');
    const { id, role, emailVerified } = account;
    return { id, role, emailVerified, sessionId: content.sessionId };
  }
}
