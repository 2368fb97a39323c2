import { Module } from '@nestjs/common';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsModule } from './subscriptions.module.js';
import { UnsubscribeController } from './unsubscribe.controller.js';

@Module({ imports: [SubscriptionsModule], controllers: [SubscriptionsController, UnsubscribeController] })
export class SubscriptionsApiModule {}
