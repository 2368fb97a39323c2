import { KEYED_POSTS } from './keyed-posts.js';

/** What can be sent twice without being done twice (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

const isKeyed = ({ method, url }: Request): boolean => method === 'POST' && KEYED_POSTS.has(new URL(url).pathname);

/** Whether it is done once however often it is sent; a key makes it so only where the API reads one. */
export const isRepeatable = (request: Request): boolean => IDEMPOTENT.has(request.method) || isKeyed(request);

/** Gives a POST that creates its key, the same for each try. */
export function addKey(request: Request): void {
  if (isKeyed(request) && !request.headers.has('idempotency-key')) request.headers.set('idempotency-key', randomKey());
}

/** Not `randomUUID`, which browsers keep from pages that came by plain http. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
