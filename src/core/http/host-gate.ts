import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { isHardened, type Settings } from '../config/settings.js';
import type { HttpRouteConfig } from './route-config.js';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses hosts that are not served here (421), so that neither a forged `Host` nor DNS rebinding gets anywhere, and
 * sends plain http to https (308) where FORCE_HTTPS is on. Probes are let through.
 */
export function hostGate(settings: Settings) {
  const served = new Set([...settings.ALLOWED_HOSTS, new URL(settings.PUBLIC_URL).hostname].map(lower));
  if (!isHardened(settings)) for (const host of LOOPBACK) served.add(host);
  const everyHost = served.has('*');

  return (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    if ((request.routeOptions.config as HttpRouteConfig).probe) return done();
    // Node would answer that itself, but without the envelope (RFC 9112 §3.2).
    const isNeeded = request.raw.httpVersion !== '1.0';
    if (isNeeded && request.headers.host === undefined)
      return done(new AppError('MALFORMED_REQUEST', { detail: 'A Host is missing.' }));
    if (!everyHost && !served.has(hostname(request))) return done(new AppError('MISDIRECTED_REQUEST'));
    if (!settings.FORCE_HTTPS || request.protocol === 'https') return done();
    void reply.redirect(`${settings.PUBLIC_URL.replace(/^http:/, 'https:')}${request.url}`, 308);
  };
}

const lower = (text: string): string => text.toLowerCase();

/** Without the port, and as it came: `request.hostname` follows X-Forwarded-Host of a trusted proxy. */
const hostname = (request: FastifyRequest): string => lower(request.hostname.replace(/:\d+$/, ''));
