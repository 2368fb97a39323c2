import { ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';

/** Bytes of a message of a client: the longest is a token. */
const MAX_MESSAGE = 4_096;

const KEY = /^[+/0-9A-Za-z]{22}==$/;

interface Upgrade {
  socket: Socket;
  head: Buffer;
  /** What a request that is refused is answered by. */
  endWithAnswer: () => void;
}

/**
 * Lets a request for a WebSocket go the way of every other one, through hooks and guards, until its route accepts it.
 * What any of them refuses is answered as usual.
 */
@Injectable()
export class Upgrades {
  private readonly pending = new WeakMap<IncomingMessage, Upgrade>();
  // Without compression: it costs each connection more memory than all the rest of it.
  private readonly sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
  });

  constructor(host: HttpAdapterHost) {
    const fastify = host.httpAdapter.getInstance<FastifyInstance>();
    const { server } = fastify;
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (isForWebSocket(request)) this.route(fastify, request, socket, head);
      else serveWithoutUpgrade(server, request, socket, head);
    });
  }

  /** Whether a request asks for a WebSocket of the version that is spoken here. */
  isAsked({ raw }: { raw: IncomingMessage }): boolean {
    const { 'sec-websocket-version': version, 'sec-websocket-key': key } = raw.headers;
    return this.pending.has(raw) && raw.method === 'GET' && version === '13' && KEY.test(key ?? '');
  }

  /** @returns undefined where the client is gone already */
  accept(request: { raw: IncomingMessage }, reply: FastifyReply): WebSocket | undefined {
    const upgrade = this.pending.get(request.raw);
    if (!upgrade) throw new Error('The request asks for no upgrade');
    const { socket, head, endWithAnswer } = upgrade;
    reply.hijack();
    reply.raw.removeListener('finish', endWithAnswer);
    reply.raw.detachSocket(socket);
    let accepted: WebSocket | undefined;
    this.sockets.handleUpgrade(request.raw, socket, head, (made) => (accepted = made));
    // As an exchange of HTTP it ends here, for the log and the metrics.
    reply.raw.statusCode = 101;
    reply.raw.emit('finish');
    return accepted;
  }

  private route(fastify: FastifyInstance, request: IncomingMessage, socket: Socket, head: Buffer): void {
    const response = new ServerResponse(request);
    const endWithAnswer = () => socket.end();
    this.pending.set(request, { socket, head, endWithAnswer });
    socket.on('error', () => socket.destroy());
    // The parser has let go of the connection, so that no further request could be read from it.
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', endWithAnswer);
    fastify.routing(request, response);
  }
}

const isForWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Node hands over everything that asks for an upgrade, to HTTP/2 too, as Java's client and curl do by themselves. A server
 * may ignore that (RFC 9110 §7.8), and the request, whose body is still to come, is read once more without it.
 */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const kept = /^connection$/i.test(name) ? withoutUpgrade(value) : value;
    if (!/^(upgrade|http2-settings)$/i.test(name) && kept !== '') lines.push(`${name}: ${kept}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

/** What else a `Connection` says: `close` still holds. */
const withoutUpgrade = (options: string): string =>
  options
    .split(',')
    .filter((option) => !/^\s*(upgrade|http2-settings)\s*$/i.test(option))
    .join(',')
    .trim();
