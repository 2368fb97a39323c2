import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { EmailsRepository } from './emails.repository.js';
import { EmailRenderer } from './rendering/email-renderer.js';

/** The log of mails and how they read; who sends them is in `worker/`. */
@Module({
  imports: [UsersModule, AuthModule],
  providers: [EmailsRepository, EmailRenderer],
  exports: [EmailsRepository, EmailRenderer],
})
export class EmailsModule {}
