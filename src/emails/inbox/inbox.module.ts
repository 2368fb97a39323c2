import { Module } from '@nestjs/common';
import { EmailsModule } from '../emails.module.js';
import { InboxController } from './inbox.controller.js';
import { InboxService } from './inbox.service.js';

/** Never in production: it shows links that open accounts. */
@Module({ imports: [EmailsModule], controllers: [InboxController], providers: [InboxService] })
export class InboxModule {}
