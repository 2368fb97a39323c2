import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { Settings } from '../config/settings.js';
import { allowedOrigins } from './allowed-origins.js';

/** What browsers may read of an answer from another origin. */
const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Deprecation',
  'Sunset',
].join(', ');

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Seconds that a browser may remember what it was told of a route. */
const MAX_AGE = '600';

/**
 * Tells browsers which pages of other origins may call (the CORS protocol of the Fetch standard), and answers every
 * OPTIONS, preflights and others, before anything else is asked of it.
 */
export function cors(settings: Settings) {
  const allowedOrigin = allowedOrigins(settings);
  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    const { headers, method } = request;
    void reply.header('vary', 'Origin');
    const origin = headers.origin === undefined ? undefined : allowedOrigin(headers.origin);
    if (origin !== undefined)
      void reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS });
    if (method !== 'OPTIONS') return done();
    if (origin !== undefined && headers['access-control-request-method'] !== undefined)
      allow(reply, headers['access-control-request-headers']);
    void reply.code(204).send();
  };
}

/** Any headers may be sent: what they say is looked at where it is read. */
function allow(reply: FastifyReply, headers: string | undefined): void {
  void reply.headers({
    vary: 'Origin, Access-Control-Request-Headers',
    'access-control-allow-methods': METHODS,
    'access-control-max-age': MAX_AGE,
    ...(headers !== undefined && { 'access-control-allow-headers': headers }),
  });
}
