import type { FastifyReply, FastifyRequest } from 'fastify';
import { wellFormedTraceparent } from '../tracing/traceparent.js';
import { beginSpan, isTracing, type Span } from '../tracing/tracing.js';
import type { HttpRouteConfig } from './route-config.js';

const spans = new WeakMap<FastifyRequest, Span>();

/** Begins the span of a request, as a part of the client's trace if it told one; probes have none. */
export function beginRequestSpan(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const { url: route, config } = request.routeOptions;
  if (!(config as HttpRouteConfig).probe) {
    const span = beginSpan(`${request.method} ${route ?? 'unknown'}`, {
      kind: 'server',
      parent: wellFormedTraceparent(request.headers['traceparent']),
      // The pattern of the path, never the path or the query: either may hold a token or an address.
      attributes: {
        'http.request.method': request.method,
        'http.route': route ?? 'unknown',
        'broadsheet.request.id': request.id,
      },
    });
    if (span) spans.set(request, span);
  }
  done();
}

/** The span of the request where there is one, and otherwise what the client told. */
export const traceparentOf = (request: FastifyRequest): string | undefined =>
  (isTracing() ? spans.get(request)?.traceparent : undefined) ?? wellFormedTraceparent(request.headers['traceparent']);

export function endRequestSpan(request: FastifyRequest, status: number): void {
  spans.get(request)?.end({
    attributes: { 'http.response.status_code': status },
    ...(status >= 500 && { error: String(status) }),
  });
}
