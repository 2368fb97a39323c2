import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { AppError } from '../../common/errors/app-error.js';
import { Clock } from '../../core/clock/clock.js';
import type { SignedIn } from '../../users/current-account.decorator.js';
import type { UserRow } from '../../users/dto/user.response.js';
import { IdentitiesService } from '../identities/identities.service.js';
import { OutsideTokens } from '../identities/outside-tokens.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { AccessTokens } from '../tokens/access-tokens.js';
import { BearerStrategy } from './bearer.strategy.js';

/** Who presents a token: read from the database each time, so that every change takes effect with the next request. */
@Injectable()
export class AccessTokenStrategy extends PassportStrategy(BearerStrategy) {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionsRepository,
    private readonly outsideTokens: OutsideTokens,
    private readonly identities: IdentitiesService,
    private readonly clock: Clock,
  ) {
    super();
  }

  validate(token: string): Promise<SignedIn | false> {
    return this.outsideTokens.claims(token) ? this.outsider(token) : this.insider(token);
  }

  private async insider(token: string): Promise<SignedIn | false> {
    const content = this.tokens.known(token) ?? (await this.tokens.read(token));
    if (!content) return false;
    const account = await this.sessions.account(content.sessionId, this.clock.now());
    return account?.id === content.userId && actorOf(account, content.sessionId);
  }

  /** There is no session here: the account alone is read, and the life of the token ends at its `exp`. */
  private async outsider(token: string): Promise<SignedIn | false> {
    const claims = await this.outsideTokens.read(token);
    const account = claims && (await this.identities.accountOf(claims));
    return account ? actorOf(account, null) : false;
  }
}

/** @throws AppError `ACCOUNT_DISABLED` */
function actorOf(account: UserRow, sessionId: string | null): SignedIn {
  const { id, role, emailVerifiedAt, isActive } = account;
  if (!isActive) throw new AppError('ACCOUNT_DISABLED');
  return { id, role, emailVerified: emailVerifiedAt !== null, sessionId, account };
}
