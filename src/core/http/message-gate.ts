import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import type { HttpRouteConfig } from './route-config.js';

/** More than any client or chain of proxies sends; Node itself would leave out those beyond 2,000 without a word. */
const MAX_HEADERS = 100;

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(?::\d*)?$/i;

/** Connections on which something came that nobody can tell the end of: what follows may be a part of it. */
const condemned = new WeakSet<Socket>();

/**
 * The path and query of a target. The host of one in absolute form wins over the `Host` header (RFC 9112 §3.2.2), so that
 * nobody is served by saying a good name in one place and another one in the other.
 */
export function originForm(request: IncomingMessage): string {
  const { url = '/', headers } = request;
  if (url.startsWith('/') || url === '*') return url;
  const [, host = '', path = ''] = ABSOLUTE.exec(url) ?? [];
  headers.host = host;
  return path.startsWith('/') ? path : `/${path}`;
}

/**
 * Refuses what Node's parser lets through although its framing or its host is faulty, and runs nothing that comes behind
 * it on the same connection.
 */
export function messageGate(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
  const { socket } = request.raw;
  const refusal = condemned.has(socket) ? malformed('What came before it was malformed.') : refusalOf(request);
  if (refusal) {
    condemned.add(socket);
    void reply.header('connection', 'close');
  }
  done(refusal);
}

function refusalOf(request: FastifyRequest): AppError | undefined {
  const { rawHeaders, headers, httpVersion } = request.raw;
  if (rawHeaders.length > 2 * MAX_HEADERS) return new AppError('HEADERS_TOO_LARGE');
  const coding = headers['transfer-encoding'];
  // Other codings nobody here can undo, and HTTP/1.0 knows none (RFC 9112 §6.1).
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion !== '1.1'))
    return malformed('The transfer coding is not known.');
  const hosts = hostsIn(rawHeaders);
  if (hosts > 1) return malformed('More than one Host.');
  if (hosts === 1 && HOST.test(headers.host ?? '')) return undefined;
  if ((request.routeOptions.config as HttpRouteConfig).probe) return undefined;
  if (hosts === 1) return malformed('The Host is none.');
  // Node would answer that itself, but without the envelope (RFC 9112 §3.2).
  return httpVersion === '1.0' ? undefined : malformed('A Host is missing.');
}

/** Node keeps the first and forgets the others. */
function hostsIn(rawHeaders: string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count;
}

const malformed = (detail: string): AppError => new AppError('MALFORMED_REQUEST', { detail });
