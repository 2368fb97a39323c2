import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenStrategy } from './access/access-token.strategy.js';
import { AccountLinksController } from './account-links.controller.js';
import { AuthController } from './auth.controller.js';
import { AuthModule } from './auth.module.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { WellKnownController } from './wellknown/well-known.controller.js';

/** The routes, and the strategy behind the guard that closes all others, for processes that serve clients. */
@Module({
  imports: [AuthModule, PassportModule],
  controllers: [AuthController, AccountLinksController, SessionsController, WellKnownController],
  providers: [AccessTokenStrategy],
  exports: [AccessTokenStrategy],
})
export class AuthApiModule {}
