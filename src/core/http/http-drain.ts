import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

/** How often connections that have become idle are closed while the process stops, in milliseconds. */
const INTERVAL = 100;

/**
 * Empties the server before it closes. A keep-alive connection would hold it open for as long as its client likes, so
 * each answer that is still given says that it is the last one of its connection.
 */
@Injectable()
export class HttpDrain implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(private readonly host: HttpAdapterHost) {
    this.fastify.addHook('onSend', (_request, reply, payload, done) => {
      if (this.stopping) void reply.header('connection', 'close');
      done(null, payload);
    });
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    const { server } = this.fastify;
    const timer = setInterval(() => server.closeIdleConnections(), INTERVAL);
    server.once('close', () => clearInterval(timer));
  }

  private get fastify(): FastifyInstance {
    return this.host.httpAdapter.getInstance<FastifyInstance>();
  }
}
