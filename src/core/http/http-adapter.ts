import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import type { ProblemCode } from '../../common/errors/problems.js';
import { newId } from '../../common/ids/uuid.js';
import type { Settings } from '../config/settings.js';
import { PROBLEM_TYPE, problemBody, type ProblemBody } from '../errors/problem-body.js';
import { toAppError } from '../errors/to-app-error.js';
import { registerBodyParsers } from './body-parsers.js';
import { originForm } from './message-gate.js';
import { requestId } from './request-id.js';
import type { Refusal } from './request-report.js';

/** Times in milliseconds, sizes in bytes. */
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
  /** How often connections are looked through for those that take too long. */
  lookThrough: 1_000,
  /** For the other side to take the answer to what cannot be read as HTTP. */
  farewell: 1_000,
};

type HttpLimits = typeof HTTP_LIMITS;
type Report = (refusal: Refusal) => void;

/** A connection with what Node keeps there: the answer that is under way, and the request that is being read. */
type HttpSocket = Socket & {
  _httpMessage?: ServerResponse | null;
  parser?: { incoming: IncomingMessage | null } | null;
};

/**
 * Fastify as the product runs it: limits, request ids, body parsers and trusted proxies.
 * @param report told what is answered without a hook being asked
 * @param overrides other limits than those of the product
 */
export function createHttpAdapter(
  settings: Settings,
  report: Report = () => undefined,
  overrides: Partial<HttpLimits> = {},
): FastifyAdapter {
  const limits = { ...HTTP_LIMITS, ...overrides };
  const adapter = new FastifyAdapter({
    bodyLimit: limits.body,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    http: {
      requireHostHeader: false,
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersComplete,
      connectionsCheckingInterval: limits.lookThrough,
    },
    rewriteUrl: originForm,
    genReqId: requestId,
    requestIdHeader: false,
    trustProxy: settings.TRUSTED_PROXIES.length > 0 ? settings.TRUSTED_PROXIES : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: limits.pathPart },
    frameworkErrors: answerBadUrl(settings.PUBLIC_URL, report),
    clientErrorHandler: answerBadHttp(settings.PUBLIC_URL, report, limits.farewell),
    forceCloseConnections: 'idle',
    // What still comes over a connection that is there is answered, and the connection ended with the answer.
    return503OnClosing: false,
    // There is no middleware, for which every request would be asked.
    skipMiddie: true,
  });
  const fastify = adapter.getInstance();
  registerBodyParsers(fastify);
  // An expectation that is not known may be passed over (RFC 9110 §10.1.1); Node would answer it without the envelope.
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  return adapter;
}

/** A URL that cannot be decoded never gets as far as Nest. */
function answerBadUrl(baseUrl: string, report: Report) {
  return (error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const body = wireProblem(toAppError(error).code, baseUrl, request.id);
    report(body);
    void reply
      .status(body.status)
      .headers({ 'x-request-id': request.id })
      .type(PROBLEM_TYPE)
      .send(JSON.stringify(body));
  };
}

const CLIENT_ERRORS: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** What cannot be read as HTTP never gets as far as Fastify. */
function answerBadHttp(baseUrl: string, report: Report, farewell: number) {
  return (error: NodeJS.ErrnoException, socket: HttpSocket): void => {
    const { _httpMessage: answer, parser } = socket;
    // What is faulty comes behind a request that is still to be answered, which then is the last one.
    if (answer?.req.complete && socket.writable) {
      answer.shouldKeepAlive = false;
      return;
    }
    // The rest of a request that has its answer, such as one that was too large, gets no other.
    const isAnswered = !answer && parser?.incoming?.complete === false;
    // In the middle of an answer another one would be read as a part of it.
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswered || answer?.headersSent) {
      socket.destroy();
      return;
    }
    const body = wireProblem(CLIENT_ERRORS[error.code ?? ''] ?? 'MALFORMED_REQUEST', baseUrl, newId());
    report(body);
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(text)}`,
      `X-Request-Id: ${body.requestId}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
    // Node leaves the connection to this handler, and its other side may never end it.
    setTimeout(() => socket.destroy(), farewell).unref();
  };
}

const wireProblem = (code: ProblemCode, baseUrl: string, id: string): ProblemBody =>
  problemBody(new AppError(code), { baseUrl, instance: '', requestId: id });
