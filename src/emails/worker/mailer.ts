import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createTransport, type SendMailOptions, type SentMessageInfo, type Transporter } from 'nodemailer';
import { Settings } from '../../core/config/settings.js';
import { inStep } from '../../core/tracing/tracing.js';
import type { EmailRow } from '../email-row.js';
import type { RenderedEmail } from '../rendering/email-renderer.js';
import { encodedSubject, messageId, otherHeaders } from '../rendering/mail-headers.js';
import { senderOf, type Sender } from '../../core/config/sender.js';

/** Bounds of a dialogue with the mail server, in milliseconds. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };
const CONNECTIONS = 5;
/** Some servers end a connection after a hundred messages anyway. */
const MESSAGES_PER_CONNECTION = 100;

/** Hands mails to the mail server of SMTP_URL; where there is none they count as sent, and `/inbox` shows them. */
@Injectable()
export class Mailer implements OnApplicationShutdown {
  private readonly transport: Transporter | undefined;
  private readonly sender: Sender;

  constructor(settings: Settings) {
    this.sender = senderOf(settings.MAIL_FROM);
    this.transport = settings.SMTP_URL
      ? createTransport({
          url: settings.SMTP_URL,
          pool: true,
          maxConnections: CONNECTIONS,
          maxMessages: MESSAGES_PER_CONNECTION,
          disableFileAccess: true,
          disableUrlAccess: true,
          dkim: dkimOf(settings),
          ...TIMEOUTS,
        })
      : undefined;
  }

  /**
   * @returns what the server answered
   * @throws nodemailer's error, with `responseCode` where the server refused
   */
  async send({ id, toAddress }: EmailRow, rendered: RenderedEmail): Promise<string> {
    const { transport } = this;
    if (!transport) return 'Recorded; no SMTP_URL is set';
    const { subject, html, text } = rendered;
    const encoded = encodedSubject(subject);
    const message: SendMailOptions = {
      messageId: messageId(id, this.sender),
      from: { name: this.sender.name, address: this.sender.address },
      // As an object: a text would be parsed, and could then mean two recipients.
      to: { name: '', address: toAddress },
      ...(encoded === undefined && { subject }),
      html,
      text,
      headers: prepared({ ...otherHeaders(rendered), ...(encoded !== undefined && { Subject: encoded }) }),
    };
    const info = await inStep<SentMessageInfo>('smtp.send', {}, () => transport.sendMail(message));
    return String(info.response);
  }

  onApplicationShutdown(): void {
    this.transport?.close();
  }
}

function dkimOf({ DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY }: Settings) {
  if (!DKIM_DOMAIN || !DKIM_SELECTOR || !DKIM_PRIVATE_KEY) return undefined;
  return { domainName: DKIM_DOMAIN, keySelector: DKIM_SELECTOR, privateKey: DKIM_PRIVATE_KEY };
}

/** As they are: nodemailer would fold long addresses. */
const prepared = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { prepared: true, value }]));
