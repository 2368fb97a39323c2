import { Module } from '@nestjs/common';
import { StatusModule } from '../pages/status/status.module.js';
import { LATE, SystemStatus, type Part } from '../pages/status/system-status.js';
import { AdminEmailsController } from './admin-emails.controller.js';
import { BulkEmailsController } from './bulk/bulk-emails.controller.js';
import { EmailsModule } from './emails.module.js';
import { EmailsRepository, type MailBacklog } from './emails.repository.js';

/** Counted no further than this for the landing page. */
const MAX_COUNT = 1_000;

/** The routes for administrators, for processes that serve clients. */
@Module({ imports: [EmailsModule, StatusModule], controllers: [BulkEmailsController, AdminEmailsController] })
export class EmailsApiModule {
  constructor(status: SystemStatus, emails: EmailsRepository) {
    status.add({ name: 'mails', read: async () => partOf(await emails.backlog(MAX_COUNT)) });
  }
}

function partOf({ owed, overdue }: MailBacklog): Part {
  const count = owed === MAX_COUNT ? `${owed} or more` : owed === 0 ? 'none' : owed;
  return { state: overdue > LATE ? 'late' : 'up', detail: `${count} owed` };
}
