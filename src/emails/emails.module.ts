import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { UsersModule } from '../users/users.module.js';
import { BulkEmailsService } from './bulk/bulk-emails.service.js';
import { EmailFanOutsRepository } from './bulk/email-fan-outs.repository.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { EmailsRepository } from './emails.repository.js';
import { EmailsService } from './emails.service.js';
import { EmailRenderer } from './rendering/email-renderer.js';
import { PostNewsReader } from './rendering/post-news.js';

/** The log of mails and how they read; who sends them is in `worker/`. */
@Module({
  imports: [UsersModule, AuthModule, PostsModule, SubscriptionsModule],
  providers: [
    EmailsService,
    BulkEmailsService,
    EmailsRepository,
    EmailFanOutsRepository,
    DeliveriesRepository,
    EmailRenderer,
    PostNewsReader,
  ],
  exports: [
    EmailsService,
    BulkEmailsService,
    EmailsRepository,
    EmailFanOutsRepository,
    DeliveriesRepository,
    EmailRenderer,
  ],
})
export class EmailsModule {}
