import { Module } from '@nestjs/common';
import { CredentialsService } from './credentials.service.js';
import { PasswordsService } from './passwords/passwords.service.js';
import { RegistrationService } from './registration.service.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/** Accounts, for every process; the routes are in `users-api.module.ts`. */
@Module({
  providers: [UsersService, RegistrationService, CredentialsService, UsersRepository, PasswordsService],
  exports: [UsersService, RegistrationService, CredentialsService],
})
export class UsersModule {}
