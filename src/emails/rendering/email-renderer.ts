import { Injectable } from '@nestjs/common';
import { EmailVerificationTokens } from '../../auth/tokens/email-verification-tokens.js';
import { Settings } from '../../core/config/settings.js';
import type { ContactRow } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import type { EmailRow } from '../emails.repository.js';
import { htmlLetter, textLetter } from './layout.js';
import { LETTERS } from './letters.js';

export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

type RenderableEmail = Pick<EmailRow, 'kind' | 'userId' | 'createdAt'>;

/**
 * Makes a mail out of its row. Links with tokens are derived here, each time anew and always the same, so that none is
 * ever stored.
 */
@Injectable()
export class EmailRenderer {
  constructor(
    private readonly users: UsersService,
    private readonly verificationTokens: EmailVerificationTokens,
    private readonly settings: Settings,
  ) {}

  /** @returns undefined when the reason for the mail has gone: its account was deleted */
  async render(email: RenderableEmail): Promise<RenderedEmail | undefined> {
    const [rendered] = await this.renderAll([email]);
    return rendered;
  }

  /** The same for many, in their order. */
  async renderAll(emails: RenderableEmail[]): Promise<(RenderedEmail | undefined)[]> {
    const contacts = await this.users.contacts(emails.map((email) => email.userId));
    const byId = new Map(contacts.map((contact) => [contact.id, contact]));
    return emails.map((email) => {
      const contact = byId.get(email.userId);
      return contact && this.letter(email, contact);
    });
  }

  private letter(email: RenderableEmail, contact: ContactRow): RenderedEmail {
    const verifyUrl = this.link('VERIFY_URL', '/verify', this.verificationTokens.derive(contact, email.createdAt));
    const letter = LETTERS[email.kind]({ name: contact.fullName ?? contact.username, verifyUrl });
    return { subject: letter.subject, html: htmlLetter(letter).text, text: textLetter(letter) };
  }

  /** From the settings alone: what a request said of its host never gets into a mail. */
  private link(setting: 'VERIFY_URL', path: string, token: string): string {
    const url = new URL(this.settings[setting] ?? `${this.settings.PUBLIC_URL}${path}`);
    url.searchParams.set('token', token);
    return url.toString();
  }
}
