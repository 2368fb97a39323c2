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
    if (!everyHost && !served.has(hostname(request.host))) return done(new AppError('MISDIRECTED_REQUEST'));
    if (!settings.FORCE_HTTPS || lower(request.protocol) === 'https') return done();
    void reply.redirect(`${settings.PUBLIC_URL.replace(/^http:/, 'https:')}${pathOf(request)}`, 308);
  };
}

const lower = (text: string): string => text.toLowerCase();

/**
 * The host that was asked for, as a trusted proxy tells it where there is one. Without the port, and without the dot that
 * a fully qualified name may end with.
 */
const hostname = (host: string): string => lower(/^([^:[\]]+?|\[[\da-fA-F:.]+\])\.?(?::\d*)?$/.exec(host)?.[1] ?? '');

/** A target that is none, `*`, would become a part of the host. */
const pathOf = ({ url }: FastifyRequest): string => (url.startsWith('/') ? url : '/');
