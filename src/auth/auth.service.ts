import { Injectable } from '@nestjs/common';
import { AppError, invalidField } from '../common/errors/app-error.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { CredentialsService } from '../users/credentials.service.js';
import { UsersService } from '../users/users.service.js';
import type { LoginDto } from './dto/login.dto.js';
import type { TokenDto } from './dto/token.dto.js';
import type { TokenResponse } from './dto/token.response.js';
import { SessionsService, type Device } from './sessions/sessions.service.js';
import { EmailVerificationTokens } from './tokens/email-verification-tokens.js';

/** Signing in, and what proves an e-mail address. */
@Injectable()
export class AuthService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly verificationTokens: EmailVerificationTokens,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `INVALID_CREDENTIALS`; `ACCOUNT_DISABLED` only after the right password */
  async login({ username, email, password }: LoginDto, device: Device): Promise<TokenResponse> {
    if (!this.settings.PASSWORD_GRANT) throw new AppError('PASSWORD_GRANT_OFF');
    const account = await this.credentials.check(username ?? email ?? '', password);
    if (!account) throw new AppError('INVALID_CREDENTIALS');
    if (!account.isActive) throw new AppError('ACCOUNT_DISABLED');
    return this.sessions.start(account.id, device);
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

  /** @throws AppError `VERIFICATION_TOKEN_INVALID` for a token that is used, expired, void or forged */
  async verifyEmail(token: string): Promise<void> {
    const id = this.verificationTokens.subjectId(token);
    const subject = id === undefined ? undefined : await this.users.contact(id);
    if (!subject || !this.verificationTokens.isValid(token, subject, this.clock.now()))
      throw new AppError('VERIFICATION_TOKEN_INVALID');
    const verified = await this.users.markEmailVerified(subject.id, subject.email);
    if (!verified) throw new AppError('VERIFICATION_TOKEN_INVALID');
  }
}

function required(dto: TokenDto, field: 'username' | 'password' | 'refresh_token'): string {
  const value = dto[field];
  if (!value) throw invalidField(field, 'REQUIRED', `${field} is required for this grant`);
  return value;
}
