import { createPrivateKey, createPublicKey } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import SMTPTransport from 'nodemailer/lib/smtp-transport';
import type { Settings } from '../../../core/config/settings.js';
import { explainConnection, PATIENCE, placeOf } from './explain-connection.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** Connects to the mail server and signs in, as before a mail; none is sent. */
export async function checkMailServer(url: string): Promise<Finding> {
  const limits = {
    connectionTimeout: PATIENCE,
    greetingTimeout: PATIENCE,
    socketTimeout: PATIENCE,
    dnsTimeout: PATIENCE,
  };
  const place = placeOf(url);
  const { options } = new SMTPTransport({ url, ...limits });
  const connection = new SMTPConnection(options);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    const { auth } = options;
    if (auth)
      await new Promise<void>((resolve, reject) =>
        connection.login(auth, (error) => (error ? reject(error) : resolve())),
      );
    const found = `${place} takes mails, ${connection.secure ? 'over TLS' : 'without TLS'}${auth ? ', signed in' : ''}`;
    return connection.secure || !auth
      ? ok('SMTP_URL', found)
      : warning('SMTP_URL', `${found}: the password can be read on its way`, 'smtps://, or ?requireTLS=true');
  } catch (error) {
    return refused(place, error);
  } finally {
    // Whatever still goes wrong is of no interest.
    connection.on('error', () => undefined);
    connection.close();
  }
}

function refused(place: string, error: unknown): Finding {
  const { code, response } = error as { code?: string; response?: string };
  if (code === 'EAUTH')
    return problem(
      'SMTP_URL',
      `${place} does not accept user and password`,
      'correct them; special characters have to be percent-encoded',
    );
  if (code === 'ETLS') return problem('SMTP_URL', `${place} has no TLS that works`, 'look at its certificate');
  if (response) return problem('SMTP_URL', explainConnection(new Error(response), place), 'ask who runs it');
  return problem('SMTP_URL', explainConnection(error, place), 'start the mail server, or correct the address');
}

type DkimSettings = Partial<Pick<Settings, 'DKIM_DOMAIN' | 'DKIM_SELECTOR' | 'DKIM_PRIVATE_KEY'>>;

/** Whether the DNS has the public part of the key (RFC 6376 §3.6.2). */
export async function checkDkim(
  settings: DkimSettings,
  resolver: Pick<Resolver, 'resolveTxt'> = patient(),
): Promise<Finding[]> {
  const { DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY } = settings;
  if (!DKIM_DOMAIN || !DKIM_SELECTOR || !DKIM_PRIVATE_KEY) return [];
  const name = `${DKIM_SELECTOR}._domainkey.${DKIM_DOMAIN}`;
  const mine = createPublicKey(createPrivateKey(DKIM_PRIVATE_KEY)).export({ type: 'spki', format: 'der' });
  const record = `v=DKIM1; k=rsa; p=${mine.toString('base64')}`;
  try {
    const records = (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    const keys = records.map((text) => /(?:^|;)\s*p=([^;]*)/.exec(text)?.[1]?.replaceAll(/\s/g, ''));
    if (keys.includes(mine.toString('base64'))) return [ok('DKIM_PRIVATE_KEY', `fits the record ${name}`)];
    return [
      problem(
        'DKIM_PRIVATE_KEY',
        `does not fit the record ${name}: receivers refuse the signature`,
        `publish ${record}`,
      ),
    ];
  } catch (error) {
    const { code = '' } = error as { code?: string };
    const isMissing = code === 'ENOTFOUND' || code === 'ENODATA';
    if (isMissing) return [problem('DKIM_SELECTOR', `there is no record ${name} in the DNS`, `publish ${record}`)];
    return [
      warning('DKIM_SELECTOR', `the record ${name} could not be looked up (${code})`, 'look from another machine'),
    ];
  }
}

const patient = (): Resolver => new Resolver({ timeout: PATIENCE / 2, tries: 1 });
