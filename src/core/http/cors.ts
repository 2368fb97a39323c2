import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { isHardened, type Settings } from '../config/settings.js';

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

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Tells browsers which pages of other origins may call (the CORS protocol of the Fetch standard), and answers every
 * OPTIONS, preflights and others, before anything else is asked of it.
 */
export function cors(settings: Settings) {
  const allowedOrigin = originsOf(settings);
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

/** The origin as it is to be told, and undefined for one that is not allowed. */
function originsOf(settings: Settings): (origin: string) => string | undefined {
  const listed = new Set(settings.CORS_ORIGINS);
  if (listed.has('*')) return () => '*';
  const isLocalAllowed = !isHardened(settings);
  return (origin) => (listed.has(origin) || (isLocalAllowed && LOCALHOST_ORIGIN.test(origin)) ? origin : undefined);
}
