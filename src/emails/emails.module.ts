import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { UsersModule } from '../users/users.module.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { EmailsRepository } from './emails.repository.js';
import { EmailsService } from './emails.service.js';
import { EmailRenderer } from './rendering/email-renderer.js';
import { PostNewsReader } from './rendering/post-news.js';

/** The log of mails and how they read; who sends them is in `worker/`. */
@Module({
  imports: [UsersModule, AuthModule, PostsModule, SubscriptionsModule],
  providers: [EmailsService, EmailsRepository, DeliveriesRepository, EmailRenderer, PostNewsReader],
  exports: [EmailsService, EmailsRepository, DeliveriesRepository, EmailRenderer],
})
export class EmailsModule {}
