import { withoutAddresses } from '../../../core/logging/describe-error.js';

/** Milliseconds that whoever is asked has to let itself be connected to, and then for each answer. */
export const PATIENCE = 3_000;

/** What an address leads to, without user, password and parameters. */
export const placeOf = (url: string): string =>
  url
    .replace(/[?#].*$/s, '')
    .replace(/^[^:]+:\/\/(?:.*@)?/s, '')
    .replace(/\/$/, '');

const BY_CODE: Record<string, (place: string) => string> = {
  ENOTFOUND: (place) => `the name of ${place} is not in the DNS`,
  EAI_AGAIN: (place) => `the DNS does not answer for the name of ${place}`,
  ECONNREFUSED: (place) => `nobody listens at ${place}`,
  ECONNRESET: (place) => `${place} hangs up`,
  EHOSTUNREACH: (place) => `there is no way to ${place}`,
  ENETUNREACH: (place) => `there is no way to ${place}`,
  ETIMEDOUT: (place) => `${place} does not answer; a firewall may be between`,
  ESOCKETTIMEDOUT: (place) => `${place} does not answer; a firewall may be between`,
};

/** As Node's own messages begin or end: `connect ECONNREFUSED 127.0.0.1:25`. */
const SYSTEM_CODE = /\bE[A-Z_]{5,}\b/;
/** Words by which drivers say that time is up, as they have no code for it. */
const TIMEOUT = /time-?(d )?out|timeout|No answer within/i;
const CERTIFICATE = /^(DEPTH_ZERO_|SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_CERT)/;

/** Why somebody could not be reached, or what it said. */
export function explainConnection(error: unknown, place: string): string {
  // Libraries wrap what the system said.
  const reasons = [error, (error as { cause?: unknown }).cause].filter(isError);
  for (const reason of reasons.toReversed()) {
    const { code = '', syscall } = reason as { code?: string; syscall?: string };
    // nodemailer keeps it in its words alone.
    const told = BY_CODE[code] ?? BY_CODE[SYSTEM_CODE.exec(reason.message)?.[0] ?? ''];
    if (told) return told(place);
    if (CERTIFICATE.test(code)) return `the certificate of ${place} cannot be trusted (${code})`;
    if (syscall === 'getaddrinfo') return `the name of ${place} is not in the DNS`;
    if (TIMEOUT.test(reason.message)) return `${place} does not answer; a firewall may be between`;
  }
  return `${place} says: ${withoutAddresses(reasons.at(-1)?.message ?? String(error))}`;
}

const isError = (value: unknown): value is Error => typeof value === 'object' && value !== null && 'message' in value;
