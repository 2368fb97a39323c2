import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { UsersModule } from '../users/users.module.js';
import { EmailsRepository } from './emails.repository.js';
import { EmailsService } from './emails.service.js';
import { EmailRenderer } from './rendering/email-renderer.js';

/** The log of mails and how they read; who sends them is in `worker/`. */
@Module({
  imports: [UsersModule, AuthModule],
  providers: [EmailsService, EmailsRepository, EmailRenderer],
  exports: [EmailsService, EmailsRepository, EmailRenderer],
})
export class EmailsModule {}
