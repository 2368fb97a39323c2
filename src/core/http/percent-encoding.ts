import { AppError } from '../../common/errors/app-error.js';

/**
 * `URLSearchParams` leaves alone, or makes one replacement character of, what it cannot decode, so that a route would get
 * another text than was sent.
 * @param what is said to be wrong: `The query`
 * @throws AppError `MALFORMED_REQUEST` for what is not percent-encoded UTF-8 (RFC 3986 §2.1)
 */
export function checkPercentEncoding(text: string, what: string): void {
  if (!text.includes('%')) return;
  try {
    decodeURIComponent(text);
  } catch (error) {
    throw new AppError('MALFORMED_REQUEST', { detail: `${what} is not percent-encoded UTF-8.`, cause: error });
  }
}
