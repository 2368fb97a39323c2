import { Injectable } from '@nestjs/common';
import { SessionsRepository, type OwnSessionRow } from '../../auth/sessions/sessions.repository.js';
import { LinkTokens, type LinkPurpose } from '../../auth/tokens/link-tokens.js';
import { Batcher } from '../../common/batching/batcher.js';
import { Settings } from '../../core/config/settings.js';
import type { ContactRow } from '../../users/users.repository.js';
import { UsersService } from '../../users/users.service.js';
import type { EmailRow } from '../email-row.js';
import { htmlLetter, textLetter } from './layout.js';
import { LETTERS } from './letters.js';
import { PostNewsReader, type PostNews } from './post-news.js';

export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
  /** Where the mail program unsubscribes its reader with one click (RFC 8058). */
  unsubscribeUrl?: string;
}

type RenderableEmail = Pick<EmailRow, 'kind' | 'userId' | 'postId' | 'toAddress' | 'facts' | 'state' | 'createdAt'>;

/**
 * Makes a mail out of its row. Links with tokens are derived here, each time anew and always the same, so that none is
 * ever stored.
 */
@Injectable()
export class EmailRenderer {
  private readonly batcher = new Batcher<RenderableEmail, RenderedEmail | undefined>((emails) =>
    this.renderAll(emails),
  );

  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsRepository,
    private readonly links: LinkTokens,
    private readonly news: PostNewsReader,
    private readonly settings: Settings,
  ) {}

  /** @returns undefined when the reason for the mail has gone: its account was deleted, or what it was about */
  async render(email: RenderableEmail): Promise<RenderedEmail | undefined> {
    return this.batcher.add(email);
  }

  /** The same for many, in their order. */
  async renderAll(emails: RenderableEmail[]): Promise<(RenderedEmail | undefined)[]> {
    const contacts = byId(await this.users.contacts(emails.map((email) => email.userId)));
    const sessionIds = emails.flatMap(({ facts }) => facts.sessionId ?? []);
    const sessions = byId(sessionIds.length > 0 ? await this.sessions.devices(sessionIds) : []);
    const newsOf = await this.news.readerFor(emails);
    return emails.map((email) => {
      const contact = contacts.get(email.userId);
      if (!contact || hasLostItsReason(email, contact)) return undefined;
      const news = newsOf(email);
      if (email.kind === 'new-post' && !news) return undefined;
      return this.letter(email, contact, { session: sessions.get(email.facts.sessionId ?? ''), news });
    });
  }

  private letter(email: RenderableEmail, contact: ContactRow, { session, news }: Subject): RenderedEmail {
    const { link, write } = LETTERS[email.kind];
    const written = write({
      name: contact.fullName ?? contact.username,
      pendingEmail: contact.pendingEmail,
      role: contact.role,
      device: session ? deviceOf(session) : 'unknown',
      news,
      url: link ? this.link(link, this.links.derive(link, contact, email.createdAt)) : '',
    });
    const unsubscribeUrl = news?.unsubscribeUrl;
    const letter = { ...written, greeting: `Hello ${contact.fullName ?? contact.username},`, unsubscribeUrl };
    return { subject: letter.subject, html: htmlLetter(letter).text, text: textLetter(letter), unsubscribeUrl };
  }

  /** From the settings alone: what a request said of its host never gets into a mail. */
  private link(purpose: LinkPurpose, token: string): string {
    const { PUBLIC_URL, VERIFY_URL, RESET_URL } = this.settings;
    const setsPassword = purpose === 'reset' || purpose === 'invite';
    const url = new URL(setsPassword ? (RESET_URL ?? `${PUBLIC_URL}/reset`) : (VERIFY_URL ?? `${PUBLIC_URL}/verify`));
    url.searchParams.set('token', token);
    return url.toString();
  }
}

/** What some mails are about. */
interface Subject {
  session: OwnSessionRow | undefined;
  news: PostNews | undefined;
}

/**
 * A link goes out only to the address that it is about, and only while password and address are those for which it was
 * asked: a mail may have waited for hours.
 */
function hasLostItsReason({ kind, toAddress, facts, state }: RenderableEmail, contact: ContactRow): boolean {
  if (contact.deletedAt) return kind !== 'account-deleted';
  // News are for whoever follows now; what has left stays readable in the log.
  if (kind === 'new-post') return state !== 'sent' && (!contact.isActive || contact.email !== toAddress);
  const { link } = LETTERS[kind];
  if (!link) return false;
  const address = link === 'change-email' ? contact.pendingEmail : contact.email;
  const since = facts.credentialsChangedAt;
  return address !== toAddress || (since !== undefined && since !== contact.credentialsChangedAt.toISOString());
}

const byId = <Row extends { id: string }>(rows: Row[]): Map<string, Row> => new Map(rows.map((row) => [row.id, row]));

const deviceOf = ({ userAgent, ip, createdAt }: OwnSessionRow): string =>
  `${userAgent ?? 'an unnamed program'}, at ${ip ?? 'an unknown address'}, ${createdAt.toUTCString()}`;
