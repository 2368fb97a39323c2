import { randomInt } from 'node:crypto';

/** Tries in all; with the delays below the last one comes after about three days. */
export const MAX_TRIES = 24;

const FIRST_DELAY = 15_000;
const LONGEST_DELAY = 4 * 3_600_000;

/** Milliseconds until the next try: doubling, and spread so that a server that comes back is not met by all at once. */
export function retryDelay(tries: number): number {
  const delay = Math.min(FIRST_DELAY * 2 ** (tries - 1), LONGEST_DELAY);
  return delay + randomInt(Math.ceil(delay / 4));
}

/** nodemailer's codes for an answer to the envelope and to the message; a refused login is the operator's to mend. */
const ABOUT_THIS_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);

/** Whether the server has refused this mail for good (RFC 5321 §4.2.1), so that trying again is of no use. */
export function isPermanent(error: unknown): boolean {
  const { code, responseCode } = (error ?? {}) as { code?: string; responseCode?: number };
  return ABOUT_THIS_MAIL.has(code ?? '') && responseCode !== undefined && responseCode >= 500;
}
