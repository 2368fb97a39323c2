import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { testSettings } from '../../../test/support/test-settings.js';
import type { EmailRow } from '../email-row.js';
import { isPermanent } from './delivery.js';
import { Mailer } from './mailer.js';

const EMAIL = { id: '01970f42-7be3-7a10-9f0c-0d3a5c1e8b77', toAddress: 'ada@example.com' } as EmailRow;
const RENDERED = { subject: 'Wëlcome 🗞', html: '<p>Hello Zoë</p>', text: 'Hello Zoë' };

interface Received {
  from: string | undefined;
  to: string[];
  raw: string;
}

/** A mail server on a port of its own, which keeps what it takes. */
class MailServer {
  readonly received: Received[] = [];
  private readonly server: SMTPServer;

  constructor(options: SMTPServerOptions = {}) {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.received.push({
            from: mailFrom ? mailFrom.address : undefined,
            to: rcptTo.map(({ address }) => address),
            raw: Buffer.concat(chunks).toString('utf8'),
          });
          done(null, 'queued as 4711');
        });
      },
      ...options,
    });
    // A client that hangs up in the middle is the test's own doing.
    this.server.on('error', () => undefined);
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

const refusal = (responseCode: number): Error => Object.assign(new Error('not today'), { responseCode });

const settingsFor = (url: string | undefined, overrides: NodeJS.ProcessEnv = {}) => ({
  ...testSettings('postgres://localhost/x', { SMTP_URL: url, ...overrides }),
  MAIL_FROM: '"Daily, The" <news@paper.example>',
});

describe('Mailer', () => {
  let server: MailServer | undefined;
  let mailer: Mailer | undefined;

  afterEach(async () => {
    mailer?.onApplicationShutdown();
    await server?.stop();
  });

  async function mailerWith(options: SMTPServerOptions = {}): Promise<{ mailer: Mailer; server: MailServer }> {
    server = new MailServer(options);
    mailer = new Mailer(settingsFor(await server.start()));
    return { mailer, server };
  }

  it('hands over a mail in both forms, and tells what the server answered', async () => {
    const { mailer: sending, server: taking } = await mailerWith();
    expect(await sending.send(EMAIL, RENDERED)).toBe('250 queued as 4711');

    expect(taking.received).toHaveLength(1);
    const [{ from, to, raw } = { from: '', to: [], raw: '' }] = taking.received;
    expect({ from, to }).toEqual({ from: 'news@paper.example', to: ['ada@example.com'] });
    expect(await PostalMime.parse(raw)).toMatchObject({
      from: { name: 'Daily, The', address: 'news@paper.example' },
      to: [{ name: '', address: 'ada@example.com' }],
      subject: 'Wëlcome 🗞',
      messageId: '<01970f42-7be3-7a10-9f0c-0d3a5c1e8b77@paper.example>',
      html: expect.stringContaining('<p>Hello Zoë</p>'),
      text: 'Hello Zoë\n',
    });
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(raw).toMatch(/^Date: .+\r$/m);
  });

  it('gives every try of a mail the same Message-ID, and another mail another one', async () => {
    const { mailer: sending, server: taking } = await mailerWith();
    await sending.send(EMAIL, RENDERED);
    await sending.send({ ...EMAIL, tries: 2 }, RENDERED);
    await sending.send({ ...EMAIL, id: '01970f42-7be3-7a10-9f0c-0d3a5c1e8b78' }, RENDERED);
    const parsed = await Promise.all(taking.received.map(async ({ raw }) => PostalMime.parse(raw)));
    const [first, again, other] = parsed.map(({ messageId }) => messageId);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([
    'ada@example.com, bob@example.com',
    'ada@example.com,bob@example.com',
    '<bob@example.com>, ada@example.com',
    'ada@example.com\r\nBcc: bob@example.com',
    'ada@example.com>\r\nRCPT TO:<bob@example.com',
    '"ada\r\nBcc: bob@example.com"@example.com',
    '"ada>\r\nRCPT TO:<bob@example.com"@example.com',
  ])('never sends to anybody else, though the address were %j', async (toAddress) => {
    const { mailer: sending, server: taking } = await mailerWith();
    await sending.send({ ...EMAIL, toAddress }, RENDERED).catch(() => undefined);
    expect(taking.received.flatMap(({ to }) => to)).not.toContain('bob@example.com');
    expect(taking.received.map(({ raw }) => raw).join('')).not.toMatch(/^Bcc:/im);
  });

  it('keeps a subject one header, whatever is in it', async () => {
    const { mailer: sending, server: taking } = await mailerWith();
    await sending.send(EMAIL, { ...RENDERED, subject: 'Hello\r\nBcc: bob@example.com\r\n\r\nInjected' });
    const { raw, to } = taking.received[0] ?? { raw: '', to: [] };
    expect(to).toEqual(['ada@example.com']);
    expect(raw).not.toMatch(/^Bcc:/im);
    expect((await PostalMime.parse(raw)).text).toBe('Hello Zoë\n');
  });

  it.each([
    { status: 450, permanent: false },
    { status: 550, permanent: true },
  ])('tells that the recipient was refused with $status, for good: $permanent', async ({ status, permanent }) => {
    const { mailer: sending, server: taking } = await mailerWith({
      onRcptTo: (_address, _session, done) => done(refusal(status)),
    });
    const error: unknown = await sending.send(EMAIL, RENDERED).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ responseCode: status, message: expect.stringContaining('not today') });
    expect(isPermanent(error)).toBe(permanent);
    expect(taking.received).toEqual([]);
  });

  it.each([
    { status: 452, permanent: false },
    { status: 554, permanent: true },
  ])('tells that the message was refused with $status, for good: $permanent', async ({ status, permanent }) => {
    const { mailer: sending } = await mailerWith({
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => done(refusal(status)));
      },
    });
    const error: unknown = await sending.send(EMAIL, RENDERED).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ responseCode: status });
    expect(isPermanent(error)).toBe(permanent);
  });

  it('does not take a refused connection for the end of the mail', async () => {
    const { mailer: sending } = await mailerWith({ onConnect: (_session, done) => done(refusal(554)) });
    const error: unknown = await sending.send(EMAIL, RENDERED).catch((thrown: unknown) => thrown);
    expect(error).toHaveProperty('message');
    expect(isPermanent(error)).toBe(false);
  });

  it('does not take a server that is away for the end of the mail', async () => {
    const away = new MailServer();
    const url = await away.start();
    await away.stop();
    mailer = new Mailer(settingsFor(url));
    const error: unknown = await mailer.send(EMAIL, RENDERED).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ESOCKET' });
    expect(isPermanent(error)).toBe(false);
  });

  it('does not take a server whose name is unknown for the end of the mail', async () => {
    mailer = new Mailer(settingsFor('smtp://mail.invalid'));
    const error: unknown = await mailer.send(EMAIL, RENDERED).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'EDNS', message: expect.stringContaining('mail.invalid') });
    expect(isPermanent(error)).toBe(false);
  });

  it('sends again over the next connection after one that broke', async () => {
    let broken = false;
    const { mailer: sending, server: taking } = await mailerWith({
      onMailFrom: (_address, _session, done) => {
        const first = !broken;
        broken = true;
        done(first ? refusal(421) : null);
      },
    });
    await expect(sending.send(EMAIL, RENDERED)).rejects.toMatchObject({ responseCode: 421 });
    await expect(sending.send(EMAIL, RENDERED)).resolves.toMatch(/^250/);
    expect(taking.received).toHaveLength(1);
  });

  it('sends nothing where no server is set, and says so', async () => {
    mailer = new Mailer(settingsFor(undefined));
    expect(await mailer.send(EMAIL, RENDERED)).toBe('Recorded; no SMTP_URL is set');
  });

  it('signs with DKIM where the settings say so, and only then', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    server = new MailServer();
    const url = await server.start();
    const DKIM_PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const signed = { DKIM_DOMAIN: 'paper.example', DKIM_SELECTOR: 'mail2026', DKIM_PRIVATE_KEY };
    mailer = new Mailer(settingsFor(url, signed));
    await mailer.send(EMAIL, RENDERED);
    mailer.onApplicationShutdown();
    mailer = new Mailer(settingsFor(url));
    await mailer.send(EMAIL, RENDERED);

    const [withKey, without] = server.received.map(({ raw }) => dkimOf(raw));
    expect(without).toBeUndefined();
    expect(withKey).toMatchObject({ a: 'rsa-sha256', d: 'paper.example', s: 'mail2026' });
    expect(withKey?.['h']?.toLowerCase().split(':')).toEqual(expect.arrayContaining(['from', 'to', 'subject']));
    expect(Buffer.from(withKey?.['b'] ?? '', 'base64')).toHaveLength(256);
  });
});

/** The tags of the signature (RFC 6376 §3.5). */
function dkimOf(raw: string): Record<string, string> | undefined {
  const header = /^DKIM-Signature:((?:.*\r?\n)(?:[ \t].*\r?\n)*)/im.exec(raw)?.[1];
  if (header === undefined) return undefined;
  const tags = header.replaceAll(/\s+/g, '').split(';').filter(Boolean);
  return Object.fromEntries(tags.map((tag) => [tag.slice(0, tag.indexOf('=')), tag.slice(tag.indexOf('=') + 1)]));
}
