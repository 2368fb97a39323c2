import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import type { HttpRouteConfig } from './route-config.js';

/** Seconds until a client may well come again. */
const RETRY_AFTER = '2';
/** What these do nobody has to be told. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

const TIMER = Symbol('request limit');

/** On the reply itself: a WeakMap of all that are under way costs each of them more than the timer. */
type LimitedReply = FastifyReply & { [TIMER]?: NodeJS.Timeout };

/**
 * Answers a request with 503 when it has taken too long, whatever it waits for.
 * @param limit milliseconds from here to the answer
 * @returns whether its work is of no use any more: it has been answered, or was a read and its client is gone
 */
export function limitRequest(request: FastifyRequest, reply: LimitedReply, limit: number): () => boolean {
  const isRead = SAFE_METHODS.has(request.method);
  // Probes have limits of their own, and say more than that they took too long.
  if (!(request.routeOptions.config as HttpRouteConfig).probe) reply[TIMER] = setTimeout(giveUp, limit, reply, limit);
  return () => reply.sent || (isRead && reply.raw.destroyed);
}

/** To be called with the answer. */
export function endRequestLimit(reply: LimitedReply): void {
  clearTimeout(reply[TIMER]);
}

function giveUp(reply: FastifyReply, limit: number): void {
  if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
  const cause = new Error(`No answer within ${limit} ms`);
  void reply.send(new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': RETRY_AFTER }, cause }));
}
