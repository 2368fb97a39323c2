import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { AppError, invalidField } from '../common/errors/app-error.js';
import type { ProblemCode } from '../common/errors/problems.js';
import { Audit } from '../core/audit/audit.js';
import { Settings } from '../core/config/settings.js';
import { Metrics } from '../core/metrics/metrics.js';
import { Outbox } from '../core/outbox/outbox.js';
import { CredentialsService, type KnownAccount } from '../users/credentials.service.js';
import { identityKey } from '../users/identity.js';
import type { CredentialsRow } from '../users/users.repository.js';
import { AccountLocked } from './auth.events.js';
import type { LoginDto } from './dto/login.dto.js';
import type { TokenDto } from './dto/token.dto.js';
import type { TokenResponse } from './dto/token.response.js';
import { SignInLimits, type Attempt } from './lockout/sign-in-limits.js';
import { SessionsService, type Device } from './sessions/sessions.service.js';

/** Signing in. */
@Injectable()
export class AuthService {
  private readonly attempts;

  constructor(
    private readonly credentials: CredentialsService,
    private readonly sessions: SessionsService,
    private readonly limits: SignInLimits,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly settings: Settings,
    metrics: Metrics,
  ) {
    this.attempts = metrics.counter('sign_in_attempts_total', 'Sign-ins with a password, by how they ended', [
      'outcome',
    ]);
  }

  /**
   * @throws AppError `INVALID_CREDENTIALS` for an unknown account as for a wrong password, `TOO_MANY_ATTEMPTS`; only
   * after the right password `ACCOUNT_DISABLED`, `EMAIL_NOT_VERIFIED`
   */
  async login(dto: LoginDto, device: Device): Promise<TokenResponse> {
    try {
      const tokens = await this.signIn(dto, device);
      this.attempts.inc({ outcome: 'success' });
      return tokens;
    } catch (error) {
      this.attempts.inc({ outcome: outcomeOf(error) });
      throw error;
    }
  }

  private async signIn({ username, email, password }: LoginDto, device: Device): Promise<TokenResponse> {
    if (!this.settings.PASSWORD_GRANT) throw new AppError('PASSWORD_GRANT_OFF');
    const login = username ?? email ?? '';
    const stored = await this.credentials.find(login);
    const attempt = { ip: device.ip ?? '', account: identityKey(login) };
    const beginsLocks = await this.admit(attempt, stored?.id);

    const account = await this.credentials.check(stored, password);
    if (!stored || !account) {
      await this.noteFailure(stored?.id, beginsLocks);
      throw new AppError('INVALID_CREDENTIALS');
    }
    await this.limits.forget(...namesOf(stored));
    const refusal = this.refusalOf(account);
    if (refusal) {
      await this.noteFailure(account.id, false);
      throw refusal;
    }
    return this.sessions.start(account, device);
  }

  /** The token endpoint of OAuth 2.0. */
  async token(dto: TokenDto, device: Device): Promise<TokenResponse> {
    switch (dto.grant_type) {
      case 'password':
        return this.login({ username: required(dto, 'username'), password: required(dto, 'password') }, device);
      case 'refresh_token':
        return this.sessions.refresh(required(dto, 'refresh_token'));
      default:
        throw new AppError('UNSUPPORTED_GRANT_TYPE');
    }
  }

  private async admit(attempt: Attempt, userId: string | undefined): Promise<boolean> {
    try {
      return await this.limits.admit(attempt);
    } catch (error) {
      await this.noteFailure(userId, false);
      throw error;
    }
  }

  /** What is only told to whoever knows the password. */
  private refusalOf({ isActive, emailVerified }: KnownAccount): AppError | undefined {
    if (!isActive) return new AppError('ACCOUNT_DISABLED');
    const isNeeded = this.settings.REQUIRE_VERIFIED === 'login';
    return isNeeded && !emailVerified ? new AppError('EMAIL_NOT_VERIFIED') : undefined;
  }

  /** Writes as much for an unknown account as for a known one, so that the time tells nothing. */
  @Transactional()
  private async noteFailure(userId: string | undefined, beginsLocks: boolean): Promise<void> {
    await this.audit.record('session.refused', { subjectId: userId, outcome: 'failure' });
    if (!beginsLocks) return;
    await this.audit.record('account.locked', { subjectId: userId, outcome: 'failure' });
    await this.outbox.record(new AccountLocked(userId ?? null));
  }
}

const OUTCOMES: Partial<Record<ProblemCode, string>> = {
  INVALID_CREDENTIALS: 'refused',
  TOO_MANY_ATTEMPTS: 'limited',
  ACCOUNT_DISABLED: 'disabled',
  EMAIL_NOT_VERIFIED: 'unverified',
  PASSWORD_GRANT_OFF: 'switched_off',
};

const outcomeOf = (error: unknown): string => (error instanceof AppError && OUTCOMES[error.code]) || 'error';

/** Everything that sign-ins of an account are counted under. */
const namesOf = ({ id, email, username }: Pick<CredentialsRow, 'id' | 'email' | 'username'>): string[] => [
  id,
  identityKey(email),
  identityKey(username),
];

function required(dto: TokenDto, field: 'username' | 'password' | 'refresh_token'): string {
  const value = dto[field];
  if (!value) throw invalidField(field, 'REQUIRED', `${field} is required for this grant`);
  return value;
}
