import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { traceIdOf } from '../tracing/traceparent.js';
import { isTracing } from '../tracing/tracing.js';
import { endRequestLimit } from './request-limit.js';
import { endRequestSpan, traceparentOf } from './request-trace.js';
import type { HttpRouteConfig } from './route-config.js';

/** What no route answered; a path of a client's own making would be a series of its own for each. */
const UNKNOWN = 'unknown';
/** As nginx counts it: the client has gone before the answer, which is nothing that failed here. */
const CLIENT_CLOSED_REQUEST = 499;
/** Others, which HTTP allows anybody to make up, are counted together. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What was answered before there was a request that could be read. */
export interface Refusal {
  requestId: string;
  status: number;
}

/**
 * One line, one observation and the end of the span for each request, in one hook as every hook costs each request.
 * The line has ids and the pattern of the path alone: a path, a query, an address or a name may tell who it was, or a
 * secret.
 */
@Injectable()
export class RequestReport {
  constructor(
    host: HttpAdapterHost,
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
  ) {
    host.httpAdapter
      .getInstance<FastifyInstance>()
      .addHook('onResponse', (request: FastifyRequest & { user?: Actor }, reply, done) => {
        endRequestLimit(reply);
        this.answered(request, reply);
        done();
      });
  }

  /** A request that cannot be read as HTTP has neither a route nor a method. */
  refused({ requestId, status }: Refusal): void {
    this.metrics.requests.observe({ method: 'other', route: UNKNOWN, status }, 0);
    this.logger.plain.info({ requestId, method: null, route: null, status }, 'request');
  }

  private answered(request: FastifyRequest & { user?: Actor }, reply: FastifyReply): void {
    const { elapsedTime } = reply;
    const { url, config } = request.routeOptions;
    const { isStream } = config as HttpRouteConfig;
    const { destroyed: isClosed, writableFinished: isSent } = reply.raw;
    const status = isClosed && !isSent && !isStream ? CLIENT_CLOSED_REQUEST : reply.statusCode;
    const method = METHODS.has(request.method) ? request.method : 'other';
    const isOpenEnded = isStream && status === 200;
    if (!isOpenEnded) this.metrics.requests.observe({ method, route: url ?? UNKNOWN, status }, elapsedTime / 1_000);
    if (isTracing()) endRequestSpan(request, status);

    const level = levelOf(status, config as HttpRouteConfig);
    const { plain } = this.logger;
    if (!plain.isLevelEnabled(level)) return;
    plain[level](
      {
        requestId: request.id,
        traceId: traceIdOf(traceparentOf(request)),
        userId: request.user?.id,
        method,
        route: url ?? null,
        status,
        ms: Math.round(elapsedTime * 10) / 10,
        bytesIn: bytes(request.headers['content-length']),
        bytesOut: bytes(reply.getHeader('content-length')),
      },
      'request',
    );
  }
}

/** What a readiness lacks is said by itself, so a probe is never more than of use to whoever looks for it. */
function levelOf(status: number, { probe }: HttpRouteConfig): 'debug' | 'info' | 'error' {
  if (probe) return 'debug';
  return status >= 500 ? 'error' : 'info';
}

/** Undefined where the length is not told beforehand, as of a stream. */
const bytes = (length: unknown): number | undefined => (length === undefined ? undefined : Number(length));
