import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { UsersModule } from '../users/users.module.js';
import { AuthService } from './auth.service.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { AccessTokens } from './tokens/access-tokens.js';
import { EmailVerificationTokens } from './tokens/email-verification-tokens.js';
import { RefreshTokens } from './tokens/refresh-tokens.js';

/** Sessions and tokens, for every process; the routes are in `auth-api.module.ts`. */
@Module({
  imports: [UsersModule, JwtModule.register({})],
  providers: [AuthService, SessionsService, SessionsRepository, AccessTokens, RefreshTokens, EmailVerificationTokens],
  exports: [AuthService, SessionsService, SessionsRepository, AccessTokens, EmailVerificationTokens],
})
export class AuthModule {}
