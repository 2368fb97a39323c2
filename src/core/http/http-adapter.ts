import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { PROBLEMS, type ProblemCode } from '../../common/errors/problems.js';
import type { Settings } from '../config/settings.js';
import { registerBodyParsers } from './body-parsers.js';
import { requestId } from './request-id.js';

/** Limits of the HTTP server; times in milliseconds, sizes in bytes. */
export const HTTP_LIMITS = {
  body: 1_048_576,
  headers: 16_384,
  /** The longest that any part of a path may be: a slug. */
  pathPart: 300,
  /** From the first byte of a request to its last. */
  request: 20_000,
  headersComplete: 10_000,
  /** Longer than the idle time of usual load balancers (60 s), so that they close first. */
  keepAlive: 65_000,
} as const;

/** Fastify as the product runs it: limits, request ids, body parsers and trusted proxies. */
export function createHttpAdapter(settings: Settings): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: HTTP_LIMITS.body,
    requestTimeout: HTTP_LIMITS.request,
    keepAliveTimeout: HTTP_LIMITS.keepAlive,
    http: { maxHeaderSize: HTTP_LIMITS.headers, headersTimeout: HTTP_LIMITS.headersComplete },
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: settings.TRUSTED_PROXIES.length > 0 ? settings.TRUSTED_PROXIES : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: HTTP_LIMITS.pathPart },
    clientErrorHandler: answerClientError,
    forceCloseConnections: 'idle',
  });
  registerBodyParsers(adapter.getInstance());
  return adapter;
}

const CLIENT_ERRORS: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** What cannot be read as HTTP never reaches a route; it still gets the envelope. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = CLIENT_ERRORS[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  const { status, title } = PROBLEMS[code];
  const body = JSON.stringify({
    type: `/errors/${code}`,
    title,
    status,
    detail: title,
    instance: '',
    error: title,
    code,
    requestId: requestId({ headers: {} }),
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
