import { Injectable } from '@nestjs/common';
import type { PageInfo } from '../../common/paging/page.js';
import type { ListEmailsQuery } from '../dto/list-emails.query.js';
import { EmailResponse } from '../dto/email.response.js';
import type { EmailRow } from '../email-row.js';
import { EmailsService } from '../emails.service.js';
import { EmailRenderer, type RenderedEmail } from '../rendering/email-renderer.js';

export type InboxSummary = EmailResponse & Pick<RenderedEmail, 'subject'>;

export type InboxMessage = InboxSummary & Pick<RenderedEmail, 'html' | 'text'>;

export interface InboxPage {
  items: InboxSummary[];
  page: PageInfo;
}

export interface InboxView {
  list: InboxPage;
  shown: InboxMessage | undefined;
}

/** What is shown of a mail whose account or post is gone. */
const GONE: RenderedEmail = { subject: '(what it was about is gone)', html: '<head></head>', text: '' };

/** Mails as they are read: rendered when somebody looks, since nothing rendered is stored. */
@Injectable()
export class InboxService {
  constructor(
    private readonly emails: EmailsService,
    private readonly renderer: EmailRenderer,
  ) {}

  async page(query: ListEmailsQuery): Promise<InboxPage> {
    const { rows, page } = await this.emails.page(query);
    const rendered = await this.renderer.renderAll(rows);
    return { items: rows.map((row, index) => summary(row, rendered[index] ?? GONE)), page };
  }

  /** The list, and beside it the message that was chosen, if any. */
  async view({ id, ...query }: ListEmailsQuery & { id?: string }): Promise<InboxView> {
    return { list: await this.page(query), shown: id === undefined ? undefined : await this.read(id) };
  }

  /** @throws AppError `EMAIL_NOT_FOUND` */
  async read(id: string): Promise<InboxMessage> {
    const row = await this.emails.byId(id);
    const rendered = (await this.renderer.render(row)) ?? GONE;
    return { ...summary(row, rendered), html: rendered.html, text: rendered.text };
  }
}

const summary = (row: EmailRow, { subject }: RenderedEmail): InboxSummary => ({ ...EmailResponse.from(row), subject });
