import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { UsersModule } from '../users/users.module.js';
import { AccountLinksService } from './account-links.service.js';
import { AuthService } from './auth.service.js';
import { IdentitiesRepository } from './identities/identities.repository.js';
import { IdentitiesService } from './identities/identities.service.js';
import { OutsideTokens } from './identities/outside-tokens.js';
import { SignInLimits } from './lockout/sign-in-limits.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { SessionsService } from './sessions/sessions.service.js';
import { AccessTokens } from './tokens/access-tokens.js';
import { LinkTokens } from './tokens/link-tokens.js';
import { RefreshTokens } from './tokens/refresh-tokens.js';
import { SigningKeys } from './tokens/signing-keys.js';

const SERVICES = [
  AuthService,
  AccountLinksService,
  SessionsService,
  SessionsRepository,
  AccessTokens,
  SigningKeys,
  LinkTokens,
  OutsideTokens,
  IdentitiesService,
  SignInLimits,
];

/** Sessions and tokens, for every process; the routes are in `auth-api.module.ts`. */
@Module({
  imports: [UsersModule, JwtModule.register({})],
  providers: [...SERVICES, RefreshTokens, IdentitiesRepository],
  exports: SERVICES,
})
export class AuthModule {}
