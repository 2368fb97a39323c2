import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { AppError } from '../common/errors/app-error.js';
import { Audit } from '../core/audit/audit.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { identityKey } from './identity.js';
import { checkPassword } from './passwords/password-policy.js';
import { PasswordsService } from './passwords/passwords.service.js';
import type { User } from './user.entity.js';
import { EmailChanged, EmailChangeRequested, PasswordChanged } from './users.events.js';
import { allSessionsEnded } from './users.live.js';
import { UsersRepository, type ContactRow, type CredentialsRow } from './users.repository.js';

/** The account whose password was right. */
export type KnownAccount = Pick<CredentialsRow, 'id' | 'isActive' | 'emailVerified' | 'credentialsChangedAt'>;

/** What proves who somebody is: the password and the e-mail address. Hashes stay in here. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly users: UsersRepository,
    private readonly passwords: PasswordsService,
    private readonly outbox: Outbox,
    private readonly live: LiveEvents,
    private readonly audit: Audit,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** The account that an address or username stands for, to count attempts by; nothing is checked. */
  async find(login: string): Promise<CredentialsRow | undefined> {
    return this.users.credentials(login);
  }

  /** @returns undefined for an unknown account as for a wrong password, after the same time */
  async check(account: CredentialsRow | undefined, password: string): Promise<KnownAccount | undefined> {
    const { matches, outdated } = await this.passwords.check(password, account?.passwordHash ?? null);
    if (!account || !matches) return undefined;
    if (outdated) await this.users.rehash(account.id, await this.passwords.hash(password));
    return account;
  }

  /** @throws AppError `WRONG_PASSWORD` */
  async confirmPassword(userId: string, password: string): Promise<KnownAccount> {
    const contact = await this.contact(userId);
    const account = await this.check(await this.users.credentials(contact.email), password);
    if (!account) throw new AppError('WRONG_PASSWORD');
    return account;
  }

  /**
   * @param account whose password was confirmed
   * @param alongWith what else is to happen in the same transaction
   * @throws AppError 422 where the policy refuses it, `WRONG_PASSWORD` when another change came first
   */
  async changePassword(
    account: KnownAccount,
    password: string,
    field: string,
    alongWith: () => Promise<void>,
  ): Promise<void> {
    const { email, username, fullName } = await this.contact(account.id);
    checkPassword(password, [email, username, fullName], this.settings.PASSWORD_POLICY, field);
    const hash = await this.passwords.hash(password);
    await this.storePassword(account, hash, alongWith);
  }

  /**
   * Sets a password through a link in a mail, which proves the address too, and ends every session.
   * @param isStillValid asked while the account is locked, so that of many uses of one link a single one wins
   * @returns false when the link is not valid any more
   */
  async resetPassword(
    userId: string,
    password: string,
    isStillValid: (subject: ContactRow) => boolean,
  ): Promise<boolean> {
    const { email, username, fullName } = await this.contact(userId);
    checkPassword(password, [email, username, fullName], this.settings.PASSWORD_POLICY);
    return this.storeReset(userId, await this.passwords.hash(password), isStillValid);
  }

  /** @returns whether this call did it: an address is verified once */
  @Transactional()
  async verifyEmail(id: string, email: string): Promise<boolean> {
    const verified = await this.users.markEmailVerified(id, email, this.clock.now());
    if (verified) await this.audit.record('email.verified', { subjectId: id });
    return verified;
  }

  /**
   * Notes the address that is to take the place of the present one, once its owner has confirmed it.
   * @param account whose password was confirmed
   */
  @Transactional()
  async requestEmailChange(account: KnownAccount, email: string): Promise<void> {
    const userId = account.id;
    const user = await this.lockUnchanged(account);
    const taken = await this.users.contactByEmail(email);
    if (taken && taken.id !== userId) throw new AppError('EMAIL_TAKEN');
    user.pendingEmail = email;
    await this.users.save(user);
    await this.audit.record('email.change_requested', { subjectId: userId });
    await this.outbox.record(new EmailChangeRequested(userId));
  }

  /**
   * @param isStillValid asked while the account is locked
   * @returns false when the link is not valid any more
   * @throws AppError `EMAIL_TAKEN` when somebody else took the address meanwhile
   */
  @Transactional()
  async confirmEmailChange(userId: string, isStillValid: (subject: ContactRow) => boolean): Promise<boolean> {
    const user = await this.users.lockById(userId);
    if (!user?.pendingEmail || !isStillValid(user)) return false;
    const formerEmail = user.email;
    const now = this.clock.now();
    user.email = user.pendingEmail;
    user.emailKey = identityKey(user.pendingEmail);
    user.pendingEmail = null;
    user.emailVerifiedAt = now;
    user.credentialsChangedAt = now;
    await this.users.save(user);
    await this.audit.record('email.changed', { subjectId: userId });
    await this.outbox.record(new EmailChanged(userId, formerEmail));
    return true;
  }

  @Transactional()
  private async storePassword(account: KnownAccount, hash: string, alongWith: () => Promise<void>): Promise<void> {
    const userId = account.id;
    const user = await this.lockUnchanged(account);
    user.passwordHash = hash;
    user.credentialsChangedAt = this.clock.now();
    await this.users.save(user);
    await alongWith();
    await this.audit.record('password.changed', { subjectId: userId });
    await this.outbox.record(new PasswordChanged(userId));
  }

  @Transactional()
  private async storeReset(
    userId: string,
    hash: string,
    isStillValid: (subject: ContactRow) => boolean,
  ): Promise<boolean> {
    const user = await this.users.lockById(userId);
    if (!user || !isStillValid(user)) return false;
    const now = this.clock.now();
    user.passwordHash = hash;
    user.credentialsChangedAt = now;
    user.sessionsValidFrom = now;
    user.emailVerifiedAt ??= now;
    await this.users.save(user);
    await this.audit.record('password.reset', { subjectId: userId, actorId: userId });
    await this.outbox.record(new PasswordChanged(userId));
    await this.live.record(allSessionsEnded(userId));
    return true;
  }

  private async contact(id: string): Promise<ContactRow> {
    const [contact] = await this.users.contacts([id]);
    if (!contact || contact.deletedAt) throw new AppError('USER_NOT_FOUND');
    return contact;
  }

  /** Of several who have confirmed the same password at a time, one comes first. */
  private async lockUnchanged({ id, credentialsChangedAt }: KnownAccount): Promise<User> {
    const user = await this.lock(id);
    if (user.credentialsChangedAt.getTime() !== credentialsChangedAt.getTime()) throw new AppError('WRONG_PASSWORD');
    return user;
  }

  private async lock(id: string): Promise<User> {
    const user = await this.users.lockById(id);
    if (!user) throw new AppError('USER_NOT_FOUND');
    return user;
  }
}
