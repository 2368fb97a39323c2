import { senderOf } from '../core/config/sender.js';
import type { Settings } from '../core/config/settings.js';

export const SECURITY_PATH = '.well-known/security.txt';

/** Days; RFC 9116 §2.5.5 asks for less than a year. */
const GOOD_FOR = 364;

/**
 * Whom to tell of a weakness (RFC 9116): the sender of the mails, who reads what comes back, or the site itself where
 * that is nobody. The same for all of a day, so that caches may have it.
 */
export function securityText({ MAIL_FROM, PUBLIC_URL }: Settings, now: Date): string {
  const { address, domain } = senderOf(MAIL_FROM);
  const expires = new Date(now);
  expires.setUTCHours(0, 0, 0, 0);
  expires.setUTCDate(expires.getUTCDate() + GOOD_FOR);
  return lines(
    `Contact: ${domain === 'localhost' ? PUBLIC_URL : `mailto:${encodeURI(address)}`}`,
    `Expires: ${expires.toISOString()}`,
    'Preferred-Languages: en',
    `Canonical: ${PUBLIC_URL}/${SECURITY_PATH}`,
  );
}

/** What search engines would gain nothing from; it protects nothing (RFC 9309 §3). */
const NOT_FOR_ROBOTS = ['/api/', '/inbox', '/queues', '/reset', '/verify'];

export const robotsText = (): string =>
  lines('User-agent: *', ...NOT_FOR_ROBOTS.map((path) => `Disallow: ${path}`), 'Allow: /');

const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join('');
