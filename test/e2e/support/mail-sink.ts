import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerEnvelope } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  content: Email;
  /** As it came over the wire. */
  raw: string;
}

interface Refusal {
  code: number;
  message: string;
}

/** A mail server that keeps what it takes, and refuses whom it is told to. */
export class MailSink {
  readonly mails: ReceivedMail[] = [];
  /** Every envelope that was tried, taken or not. */
  readonly tried: string[] = [];
  private readonly refusals = new Map<string, Refusal>();
  private readonly server: SMTPServer;

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: ({ address }, _session, answer) => {
        this.tried.push(address);
        const refusal = this.refusals.get(address);
        answer(refusal && Object.assign(new Error(refusal.message), { responseCode: refusal.code }));
      },
      onData: (stream, { envelope }, answer) => {
        this.keep(stream, envelope).then(() => answer(), answer);
      },
    });
  }

  static async start(): Promise<MailSink> {
    const sink = new MailSink();
    await new Promise<void>((resolve) => sink.server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  refuse(address: string, code: number, message: string): void {
    this.refusals.set(address, { code, message });
  }

  accept(address: string): void {
    this.refusals.delete(address);
  }

  to(address: string): ReceivedMail[] {
    return this.mails.filter((mail) => mail.to.includes(address));
  }

  private async keep(stream: SMTPServerDataStream, { mailFrom, rcptTo }: SMTPServerEnvelope): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const content = await PostalMime.parse(bytes);
    const from = mailFrom === false ? '' : mailFrom.address;
    this.mails.push({ from, to: rcptTo.map(({ address }) => address), content, raw: bytes.toString('utf8') });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
