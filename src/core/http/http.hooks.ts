import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { checkText } from './shape-gate.js';
import { runInContext, type RequestContext } from '../context/request-context.js';
import type { Settings } from '../config/settings.js';
import type { AppLogger } from '../logging/app-logger.js';
import { notModified } from './conditional-get.js';
import { hostGate } from './host-gate.js';
import { traceparent } from './request-id.js';

/** Everything that a request passes before and after Nest: context, host gate, shape of the URL, log line. */
export function registerHttpHooks(fastify: FastifyInstance, settings: Settings, logger: AppLogger): void {
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
  });
  fastify.addHook('onRequest', hostGate(settings));
  // Parsing a body leaves the asynchronous context of `onRequest` behind, so it begins here.
  fastify.addHook('preValidation', (request, _reply, done) => runInContext(contextOf(request), done));
  fastify.addHook('preValidation', async (request) => checkUrl(request));
  fastify.addHook('onSend', async (request, reply) => addHeaders(request, reply));
  fastify.addHook('onSend', notModified);
  fastify.addHook('onResponse', async (request, reply) => logRequest(logger, request, reply));
}

const contextOf = (request: FastifyRequest): RequestContext => ({
  requestId: request.id,
  traceparent: traceparent(request.raw),
});

function checkUrl(request: FastifyRequest): void {
  for (const part of [request.params, request.query])
    for (const [name, value] of Object.entries(part as Record<string, unknown>))
      for (const text of [name, value].flat()) if (typeof text === 'string') checkText(text, name);
}

function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  // What a route does not say otherwise is nobody's to keep.
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  // Not under /auth, where the time that an answer takes is nobody's business.
  if (!request.url.startsWith('/api/v1/auth'))
    void reply.header('server-timing', `total;dur=${reply.elapsedTime.toFixed(1)}`);
}

/** One line per request, with ids instead of addresses and never a query, which may hold a token. */
function logRequest(logger: AppLogger, request: FastifyRequest, reply: FastifyReply): void {
  if (!logger.pino.isLevelEnabled('info')) return;
  logger.pino.info(
    {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    'request',
  );
}
