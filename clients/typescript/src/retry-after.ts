/**
 * For how long a server asks to wait, in milliseconds; the header has seconds or a date (RFC 9110 §10.2.3).
 * @returns undefined where it has neither
 */
export function retryAfterOf({ headers }: Response, now: number): number | undefined {
  const text = headers.get('retry-after') ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
