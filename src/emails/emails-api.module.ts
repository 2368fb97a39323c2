import { Module } from '@nestjs/common';
import { AdminEmailsController } from './admin-emails.controller.js';
import { EmailsModule } from './emails.module.js';

/** The routes for administrators, for processes that serve clients. */
@Module({ imports: [EmailsModule], controllers: [AdminEmailsController] })
export class EmailsApiModule {}
