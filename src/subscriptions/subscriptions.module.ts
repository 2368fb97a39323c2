import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionsService } from './subscriptions.service.js';
import { UnsubscribeTokens } from './unsubscribe-tokens.js';

@Module({
  imports: [UsersModule],
  providers: [SubscriptionsService, SubscriptionsRepository, UnsubscribeTokens],
  exports: [SubscriptionsService, UnsubscribeTokens],
})
export class SubscriptionsModule {}
