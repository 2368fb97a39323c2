import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import type { PageInfo } from '../../common/paging/page.js';
import type { ListEmailsQuery } from '../dto/list-emails.query.js';
import type { EmailKind, EmailState } from '../email.entity.js';
import { EmailsRepository, type EmailRow } from '../emails.repository.js';
import { EmailRenderer, type RenderedEmail } from '../rendering/email-renderer.js';

export interface InboxSummary {
  id: string;
  kind: EmailKind;
  to: string;
  subject: string;
  state: EmailState;
  tries: number;
  lastAnswer: string | null;
  createdAt: Date;
  sentAt: Date | null;
}

export type InboxMessage = InboxSummary & Pick<RenderedEmail, 'html' | 'text'>;

export interface InboxPage {
  items: InboxSummary[];
  page: PageInfo;
}

/** What is shown of a mail whose account is gone. */
const GONE: RenderedEmail = { subject: '(the account was deleted)', html: '<head></head>', text: '' };

/** Mails as they are read: rendered when somebody looks, since nothing rendered is stored. */
@Injectable()
export class InboxService {
  constructor(
    private readonly emails: EmailsRepository,
    private readonly renderer: EmailRenderer,
  ) {}

  async page(query: ListEmailsQuery): Promise<InboxPage> {
    const { rows, page } = await this.emails.page(query);
    const rendered = await this.renderer.renderAll(rows);
    return { items: rows.map((row, index) => summary(row, rendered[index] ?? GONE)), page };
  }

  /** @throws AppError `EMAIL_NOT_FOUND` */
  async read(id: string): Promise<InboxMessage> {
    const row = await this.emails.byId(id);
    if (!row) throw new AppError('EMAIL_NOT_FOUND');
    const rendered = (await this.renderer.render(row)) ?? GONE;
    return { ...summary(row, rendered), html: rendered.html, text: rendered.text };
  }
}

function summary(row: EmailRow, { subject }: RenderedEmail): InboxSummary {
  const { id, kind, toAddress, state, tries, lastAnswer, createdAt, sentAt } = row;
  return { id, kind, to: toAddress, subject, state, tries, lastAnswer, createdAt, sentAt };
}
