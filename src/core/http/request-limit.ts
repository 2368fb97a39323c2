import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import type { HttpRouteConfig } from './route-config.js';

/** Seconds until a client may well come again. */
const RETRY_AFTER = '2';
/** What these do nobody has to be told. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** Milliseconds that an answer at the limit may be late. */
const INTERVAL = 100;

const UNDER_WAY = Symbol('requests that are under way');

/** With the requests that it is among: who reports the answer knows nothing else of its limit. */
type LimitedReply = FastifyReply & { [UNDER_WAY]?: Map<FastifyReply, number> };

/** Answers requests with 503 when they have taken too long, whatever they wait for. */
export class RequestLimit {
  /** The oldest first, with the moments when they began: one timer for all of them, as one for each costs each of them. */
  private readonly underWay = new Map<FastifyReply, number>();
  private readonly timer: NodeJS.Timeout;

  /** @param limit milliseconds to the answer */
  constructor(private readonly limit: number) {
    this.timer = setInterval(() => this.giveUpLate(), INTERVAL).unref();
  }

  /** @returns whether its work is of no use any more: it has been answered, or was a read and its client is gone */
  begin(request: FastifyRequest, reply: LimitedReply): () => boolean {
    const isRead = SAFE_METHODS.has(request.method);
    // Probes have limits of their own, and say more than that they took too long.
    if (!(request.routeOptions.config as HttpRouteConfig).probe) {
      this.underWay.set(reply, performance.now());
      reply[UNDER_WAY] = this.underWay;
    }
    return () => reply.sent || (isRead && reply.raw.destroyed);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private giveUpLate(): void {
    const late = performance.now() - this.limit;
    for (const [reply, began] of this.underWay) {
      if (began > late) return;
      this.underWay.delete(reply);
      giveUp(reply, this.limit);
    }
  }
}

/** To be called with the answer. */
export function endRequestLimit(reply: LimitedReply): void {
  reply[UNDER_WAY]?.delete(reply);
}

function giveUp(reply: FastifyReply, limit: number): void {
  if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
  const cause = new Error(`No answer within ${limit} ms`);
  void reply.send(new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': RETRY_AFTER }, cause }));
}
