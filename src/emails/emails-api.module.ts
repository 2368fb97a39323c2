import { Module } from '@nestjs/common';
import { AdminEmailsController } from './admin-emails.controller.js';
import { BulkEmailsController } from './bulk/bulk-emails.controller.js';
import { EmailsModule } from './emails.module.js';

/** The routes for administrators, for processes that serve clients. */
@Module({ imports: [EmailsModule], controllers: [BulkEmailsController, AdminEmailsController] })
export class EmailsApiModule {}
