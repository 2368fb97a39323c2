import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Settings } from '../config/settings.js';

/** For what is no document, as most answers are: it is neither shown nor run. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Scripts are files of ours alone; Swagger UI sets styles from its script. */
const DOCUMENT_POLICY = [
  "default-src 'self'",
  "base-uri 'self'",
  "font-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "script-src-attr 'none'",
  "style-src 'self' 'unsafe-inline'",
].join('; ');

const HEADERS = {
  'content-security-policy': DATA_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
};

/** Browsers ask these of documents alone. */
const DOCUMENT_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** A year, as the preload lists of browsers ask, in seconds. */
const HSTS_AGE = 31_536_000;

/**
 * What every answer tells browsers, with the values of helmet; a route may say otherwise. Nest's `useSecurityHeaders` has
 * Node check and lower each of fourteen headers of every answer, which costs as much as its whole routing.
 */
export function securityHeaders({ FORCE_HTTPS }: Settings) {
  const headers = {
    ...HEADERS,
    ...(FORCE_HTTPS && { 'strict-transport-security': `max-age=${HSTS_AGE}; includeSubDomains` }),
  };
  return (_request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    void reply.headers(headers);
    done();
  };
}

/** To be called with the answer, whose type is known by then. */
export function addDocumentHeaders(reply: FastifyReply, { FORCE_HTTPS }: Settings): void {
  if (!String(reply.getHeader('content-type')).startsWith('text/html')) return;
  void reply.headers(DOCUMENT_HEADERS);
  // A route may have a policy of its own.
  if (reply.getHeader('content-security-policy') === DATA_POLICY)
    void reply.header(
      'content-security-policy',
      FORCE_HTTPS ? `${DOCUMENT_POLICY}; upgrade-insecure-requests` : DOCUMENT_POLICY,
    );
}
