import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { Outbox } from '../core/outbox/outbox.js';
import { CredentialsService, type KnownAccount } from '../users/credentials.service.js';
import { identityKey } from '../users/identity.js';
import type { ContactRow } from '../users/users.repository.js';
import { UsersService } from '../users/users.service.js';
import { PasswordResetRequested, VerificationRequested } from './auth.events.js';
import { SignInLimits } from './lockout/sign-in-limits.js';
import { SessionsService } from './sessions/sessions.service.js';
import { LinkTokens, type LinkPurpose } from './tokens/link-tokens.js';

/** What is done through links in mails, and the changes of password and address that mails tell of. */
@Injectable()
export class AccountLinksService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly limits: SignInLimits,
    private readonly links: LinkTokens,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** One event either way: whether there is such an account is looked up by the worker. */
  @Transactional()
  async requestVerification(email: string): Promise<void> {
    await this.outbox.record(new VerificationRequested(email));
  }

  @Transactional()
  async requestPasswordReset(email: string): Promise<void> {
    await this.outbox.record(new PasswordResetRequested(email));
    await this.audit.record('password.reset_requested');
  }

  /** @throws AppError `LINK_TOKEN_INVALID` for a token that is used, expired, void or forged */
  async verifyEmail(token: string): Promise<void> {
    const { purpose, subject } = await this.open(token, ['verify', 'change-email']);
    const done =
      purpose === 'verify'
        ? await this.credentials.verifyEmail(subject.id, subject.email)
        : await this.credentials.confirmEmailChange(subject.id, (locked) => this.isValid(token, locked));
    if (!done) throw new AppError('LINK_TOKEN_INVALID');
  }

  /** Also answers an invitation. Ends every session, and a lock. @throws AppError `LINK_TOKEN_INVALID` */
  async resetPassword(token: string, password: string): Promise<void> {
    const { subject } = await this.open(token, ['reset', 'invite']);
    const isStillValid = (locked: ContactRow) => this.isValid(token, locked);
    const done = await this.credentials.resetPassword(subject.id, password, isStillValid);
    if (!done) throw new AppError('LINK_TOKEN_INVALID');
    await this.limits.forget(subject.id, identityKey(subject.email), identityKey(subject.username));
  }

  /** Ends the other sessions. @throws AppError `WRONG_PASSWORD` */
  async changePassword(actor: Actor, current: string, next: string): Promise<void> {
    const account = await this.confirm(actor, current);
    await this.credentials.changePassword(account, next, 'newPassword', () => this.sessions.endOthers(actor));
  }

  /** Takes effect once the new address is confirmed. @throws AppError `WRONG_PASSWORD`, `EMAIL_TAKEN` */
  async changeEmail(actor: Actor, email: string, password: string): Promise<void> {
    const account = await this.confirm(actor, password);
    await this.credentials.requestEmailChange(account, email);
  }

  /** A stolen access token must not be good for guessing the password. */
  private async confirm(actor: Actor, password: string): Promise<KnownAccount> {
    await this.limits.admitConfirmation(actor.id);
    const account = await this.credentials.confirmPassword(actor.id, password).catch(async (error: unknown) => {
      await this.audit.record('password.refused', { subjectId: actor.id, outcome: 'failure' });
      throw error;
    });
    await this.limits.forget(actor.id);
    return account;
  }

  private async open(token: string, purposes: LinkPurpose[]): Promise<{ purpose: LinkPurpose; subject: ContactRow }> {
    const claim = this.links.claim(token);
    const subject = claim && (await this.users.contact(claim.userId));
    if (!claim || !subject || !purposes.includes(claim.purpose) || !this.isValid(token, subject))
      throw new AppError('LINK_TOKEN_INVALID');
    return { purpose: claim.purpose, subject };
  }

  private isValid(token: string, subject: ContactRow): boolean {
    return this.links.isValid(token, subject, this.clock.now());
  }
}
