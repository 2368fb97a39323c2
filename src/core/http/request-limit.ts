import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { Deadlines } from '../../common/timing/deadlines.js';
import type { HttpRouteConfig } from './route-config.js';

/** Seconds until a client may well come again. */
const RETRY_AFTER = '2';
/** What these do nobody has to be told. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

const LIMIT = Symbol('the end of its limit');

/** Who reports the answer ends its limit, and knows nothing else of it. */
type LimitedReply = FastifyReply & { [LIMIT]?: () => void };

/** Answers requests with 503 when they have taken too long, whatever they wait for. */
export class RequestLimit {
  private readonly deadlines: Deadlines<FastifyReply>;

  /** @param limit milliseconds to the answer */
  constructor(limit: number) {
    this.deadlines = new Deadlines(limit, (reply) => giveUp(reply, limit));
  }

  /** @returns whether its work is of no use any more: it has been answered, or was a read and its client is gone */
  begin(request: FastifyRequest, reply: LimitedReply): () => boolean {
    const isRead = SAFE_METHODS.has(request.method);
    // Probes have limits of their own, and say more than that they took too long.
    if (!(request.routeOptions.config as HttpRouteConfig).probe) {
      const deadline = this.deadlines.begin(reply);
      reply[LIMIT] = () => this.deadlines.end(deadline);
    }
    return () => reply.sent || (isRead && reply.raw.destroyed);
  }

  stop(): void {
    this.deadlines.stop();
  }
}

/** To be called with the answer. */
export function endRequestLimit(reply: LimitedReply): void {
  reply[LIMIT]?.();
}

function giveUp(reply: FastifyReply, limit: number): void {
  if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
  const cause = new Error(`No answer within ${limit} ms`);
  void reply.send(new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': RETRY_AFTER }, cause }));
}
