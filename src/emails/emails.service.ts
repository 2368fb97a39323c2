import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import type { RowPage } from '../common/paging/page.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { EmailsRepository, type EmailRow } from './emails.repository.js';

/** The log of mails. */
@Injectable()
export class EmailsService {
  constructor(private readonly emails: EmailsRepository) {}

  async page(query: ListEmailsQuery): Promise<RowPage<EmailRow>> {
    return this.emails.page(query);
  }

  async byId(id: string): Promise<EmailRow> {
    const email = await this.emails.byId(id);
    if (!email) throw new AppError('EMAIL_NOT_FOUND');
    return email;
  }
}
