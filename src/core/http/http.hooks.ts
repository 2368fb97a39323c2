import { callbackify } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import type { AppError } from '../../common/errors/app-error.js';
import { API_PREFIX } from '../../common/openapi/api-controller.decorator.js';
import { splitTarget } from '../../common/urls/split-target.js';
import { runInContext, type RequestContext } from '../context/request-context.js';
import type { Settings } from '../config/settings.js';
import { clientAddress } from './client-address.js';
import { chooseCoding, compressed } from './compression.js';
import { notModified } from './conditional-get.js';
import { withoutCodings } from './content-coding.js';
import { cors } from './cors.js';
import { hostGate } from './host-gate.js';
import { messageGate } from './message-gate.js';
import { checkPercentEncoding } from './percent-encoding.js';
import { isTracing } from '../tracing/tracing.js';
import { beginRequestSpan, traceparentOf } from './request-trace.js';
import { RequestLimit } from './request-limit.js';
import { encoded } from './utf8.js';
import { addDocumentHeaders, securityHeaders } from './security-headers.js';
import { checkKey, checkText } from './shape-gate.js';

/**
 * Everything that a request passes before and after Nest: framing, host, CORS, context, shape of the URL, headers. None of
 * it is async unless it has to wait, as each promise costs every request.
 */
export function registerHttpHooks(fastify: FastifyInstance, settings: Settings): void {
  if (isTracing()) fastify.addHook('onRequest', beginRequestSpan);
  fastify.addHook('onRequest', securityHeaders(settings));
  fastify.addHook('onRequest', messageGate);
  // Before CORS, which answers every OPTIONS by itself.
  fastify.addHook('onRequest', hostGate(settings));
  fastify.addHook('onRequest', cors(settings));
  const limit = new RequestLimit(settings.REQUEST_TIMEOUT * 1_000);
  fastify.addHook('onClose', async () => limit.stop());
  // Parsing a body leaves the asynchronous context of `onRequest` behind, so it begins here.
  fastify.addHook('preValidation', (request, reply, done) =>
    runInContext(contextOf(request, limit.begin(request, reply)), done),
  );
  fastify.addHook('preValidation', readRequest);
  fastify.addHook('onSend', (request, reply, payload, done) => {
    addHeaders(request, reply);
    addDocumentHeaders(reply, settings);
    const coding = chooseCoding(request, reply, payload);
    // The tag depends on the coding, and whether anything is sent at all on the tag.
    const rest = notModified(request, reply, payload);
    if (coding && rest === payload) compress(reply, payload, coding, done);
    else done(null, encoded(rest));
  });
}

const compress = callbackify(compressed);

const AUTH_PREFIX = `${API_PREFIX}/auth`;
/** Longer ones are not told by anybody who means well, in characters. */
const MAX_USER_AGENT = 400;

const contextOf = (request: FastifyRequest, isGivenUp: () => boolean): RequestContext => ({
  requestId: request.id,
  traceparent: traceparentOf(request),
  ip: clientAddress(request.ip) ?? undefined,
  userAgent: request.headers['user-agent']?.slice(0, MAX_USER_AGENT),
  isGivenUp,
});

function readRequest(request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const { headers } = request;
  if (headers['if-match']) headers['if-match'] = withoutCodings(headers['if-match']);
  try {
    checkUrl(request);
  } catch (error) {
    return done(error as AppError);
  }
  done();
}

function checkUrl({ url, params, query }: FastifyRequest): void {
  checkPercentEncoding(splitTarget(url).query, 'The query');
  for (const [name, value] of Object.entries(params as Record<string, string>)) checkText(value, name);
  for (const [name, value] of Object.entries(query as Record<string, string | string[]>)) {
    checkKey(name);
    for (const text of [value].flat()) checkText(text, name);
  }
}

function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  // Closed at once, as Fastify wants it, the connection would be reset under a client that is still sending, and take the
  // answer along (RFC 9112 §9.6). Node reads over what is left, as long as any request may take.
  if (reply.statusCode === 413) reply.removeHeader('connection');
  // What a route does not say otherwise is nobody's to keep.
  if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  // Not under /auth, where the time that an answer takes is nobody's business.
  const path = request.routeOptions.url ?? request.url;
  if (!path.startsWith(AUTH_PREFIX)) void reply.header('server-timing', `total;dur=${reply.elapsedTime.toFixed(1)}`);
}
