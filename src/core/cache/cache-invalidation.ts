import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ResponseCache } from './response-cache.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Every request that may have changed something invalidates the response cache before it is answered: so no feature has
 * to think of it, and none can forget. What was refused has changed nothing; of a failure nobody knows.
 */
@Injectable()
export class CacheInvalidation {
  constructor(
    host: HttpAdapterHost,
    private readonly cache: ResponseCache,
  ) {
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
      if ([route.method].flat().every((method) => SAFE_METHODS.has(method))) return;
      route.onSend = [...[route.onSend ?? []].flat(), async (request, reply) => this.answering(request, reply)];
    });
  }

  private async answering({ method }: FastifyRequest, { statusCode }: FastifyReply): Promise<void> {
    const isRefused = statusCode >= 400 && statusCode < 500;
    if (!SAFE_METHODS.has(method) && !isRefused) await this.cache.invalidate();
  }
}
