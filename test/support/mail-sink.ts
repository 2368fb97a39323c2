import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { until } from './program.js';

export interface ReceivedMail {
  envelopeTo: string[];
  mail: Email;
}

/** Recipients that the server does not know, which it says as servers do: with the address. */
const REFUSED = /^refused-/;

const refusalOf = (address: string): Error =>
  Object.assign(new Error(`5.1.1 <${address}>: no such user`), { responseCode: 550 });

/** A real mail server on a port of its own, which keeps what it is given. */
export class MailSink {
  readonly received: ReceivedMail[] = [];

  private constructor(private readonly server: SMTPServer) {}

  static async start(): Promise<MailSink> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) => done(REFUSED.test(address) ? refusalOf(address) : undefined),
      onData: (stream, session, done) => void sink.keep(stream, session, done),
    });
    server.on('error', () => undefined);
    const sink = new MailSink(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  private async keep(stream: Readable, session: SMTPServerSession, done: () => void): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of stream) chunks.push(chunk as Buffer);
    } catch {
      // A sender that dies in the middle of a mail has sent none.
      return;
    }
    const envelopeTo = session.envelope.rcptTo.map(({ address }) => address);
    this.received.push({ envelopeTo, mail: await PostalMime.parse(Buffer.concat(chunks)) });
    done();
  }

  /** The mails to an address, once there are so many. */
  async mailsTo(address: string, count = 1): Promise<Email[]> {
    const found = () => this.received.filter(({ envelopeTo }) => envelopeTo.includes(address)).map(({ mail }) => mail);
    await until(
      () => found().length >= count,
      () => `${found().length} mails to ${address}, not ${count}`,
    );
    return found();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}
