import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { AppError } from '../common/errors/app-error.js';
import type { RowPage } from '../common/paging/page.js';
import { Audit } from '../core/audit/audit.js';
import { Outbox } from '../core/outbox/outbox.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { EmailsRetried } from './emails.events.js';
import { EmailsRepository } from './emails.repository.js';
import type { EmailRow } from './email-row.js';

const BY_ADMINISTRATOR = 'Retried by an administrator';

/** The log of mails. */
@Injectable()
export class EmailsService {
  constructor(
    private readonly emails: EmailsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
  ) {}

  async page(query: ListEmailsQuery): Promise<RowPage<EmailRow>> {
    return this.emails.page(query);
  }

  async byId(id: string): Promise<EmailRow> {
    const email = await this.emails.byId(id);
    if (!email) throw new AppError('EMAIL_NOT_FOUND');
    return email;
  }

  /**
   * Tries one again now, whether it failed, was cancelled or waits.
   * @throws AppError `EMAIL_STATE_CONFLICT` where it was sent, or is being sent
   */
  @Transactional()
  async retry(id: string): Promise<EmailRow> {
    await this.byId(id);
    const email = await this.deliveries.retry(id, BY_ADMINISTRATOR);
    if (!email) throw new AppError('EMAIL_STATE_CONFLICT');
    await this.noteRetry();
    return email;
  }

  /** All that failed. @returns how many there were */
  @Transactional()
  async retryFailed(): Promise<number> {
    const retried = await this.deliveries.retryFailed(BY_ADMINISTRATOR);
    if (retried > 0) await this.noteRetry();
    return retried;
  }

  private async noteRetry(): Promise<void> {
    await this.audit.record('emails.retried', {});
    await this.outbox.record(new EmailsRetried());
  }
}
