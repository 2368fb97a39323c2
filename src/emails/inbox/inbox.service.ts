import { Injectable } from '@nestjs/common';
import type { PageInfo } from '../../common/paging/page.js';
import type { ListEmailsQuery } from '../dto/list-emails.query.js';
import { senderOf } from '../../core/config/sender.js';
import { Settings } from '../../core/config/settings.js';
import { EmailDetailResponse, EmailResponse } from '../dto/email.response.js';
import type { EmailRow } from '../email-row.js';
import { EmailsService } from '../emails.service.js';
import { EmailRenderer, type RenderedEmail } from '../rendering/email-renderer.js';
import { messageId, otherHeaders } from '../rendering/mail-headers.js';

export type InboxSummary = EmailResponse & Pick<RenderedEmail, 'subject'>;

export type InboxMessage = InboxSummary &
  Pick<RenderedEmail, 'html' | 'text'> &
  Pick<EmailDetailResponse, 'history'> & {
    /** As the mail program gets them, but for those that the way adds. */
    headers: Record<string, string>;
  };

export interface InboxPage {
  items: InboxSummary[];
  page: PageInfo;
}

export interface InboxView {
  list: InboxPage;
  shown: InboxMessage | undefined;
  /** What the list was asked for. */
  filter: Pick<ListEmailsQuery, 'status' | 'kind' | 'to'>;
}

/** What is shown of a mail whose account or post is gone. */
const GONE: RenderedEmail = { subject: '(what it was about is gone)', html: '<head></head>', text: '' };

/** Mails as they are read: rendered when somebody looks, since nothing rendered is stored. */
@Injectable()
export class InboxService {
  constructor(
    private readonly emails: EmailsService,
    private readonly renderer: EmailRenderer,
    private readonly settings: Settings,
  ) {}

  async page(query: ListEmailsQuery): Promise<InboxPage> {
    const { rows, page } = await this.emails.page(query);
    const rendered = await this.renderer.renderAll(rows);
    return { items: rows.map((row, index) => summary(row, rendered[index] ?? GONE)), page };
  }

  /** The list, and beside it the message that was chosen, if any. */
  async view({ id, ...query }: ListEmailsQuery & { id?: string }): Promise<InboxView> {
    const { status, kind, to } = query;
    const shown = id === undefined ? undefined : await this.read(id);
    return { list: await this.page(query), shown, filter: { status, kind, to } };
  }

  /** @throws AppError `EMAIL_NOT_FOUND` */
  async read(id: string): Promise<InboxMessage> {
    const row = await this.emails.byId(id);
    const rendered = (await this.renderer.render(row)) ?? GONE;
    const { history } = EmailDetailResponse.from(row);
    const { html, text } = rendered;
    return { ...summary(row, rendered), html, text, history, headers: this.headers(row, rendered) };
  }

  private headers({ id, toAddress, sentAt }: EmailRow, rendered: RenderedEmail): Record<string, string> {
    const sender = senderOf(this.settings.MAIL_FROM);
    return {
      From: sender.name ? `${sender.name} <${sender.address}>` : sender.address,
      To: toAddress,
      Subject: rendered.subject,
      ...(sentAt && { Date: sentAt.toUTCString() }),
      'Message-ID': messageId(id, sender),
      ...otherHeaders(rendered),
    };
  }
}

const summary = (row: EmailRow, { subject }: RenderedEmail): InboxSummary => ({ ...EmailResponse.from(row), subject });
