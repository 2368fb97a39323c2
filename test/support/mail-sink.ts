import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { until } from './program.js';

export interface ReceivedMail {
  envelopeTo: string[];
  mail: Email;
}

/** A real mail server on a port of its own, which keeps what it is given. */
export class MailSink {
  readonly received: ReceivedMail[] = [];

  private constructor(private readonly server: SMTPServer) {}

  static async start(): Promise<MailSink> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
            sink.received.push({ envelopeTo: session.envelope.rcptTo.map(({ address }) => address), mail });
            done();
          });
        });
      },
    });
    const sink = new MailSink(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
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
