import { Global, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { OutboxRepository } from '../outbox/outbox.repository.js';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';

@Global()
@Module({ controllers: [MetricsController], providers: [Metrics], exports: [Metrics] })
export class MetricsModule {
  constructor(metrics: Metrics, outbox: OutboxRepository, host: HttpAdapterHost) {
    metrics.observe('outbox_events', 'Events in the outbox that are not done', 'state', async () => {
      const { pending, parked } = await outbox.backlog();
      return { pending, parked };
    });
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'unknown';
      metrics.requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    });
  }
}
