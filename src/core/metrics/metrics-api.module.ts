import { Module } from '@nestjs/common';
import { collectDefaultMetrics } from '@prometheus-io/client';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';

/** The metrics as Prometheus reads them, with those of Node itself: memory, garbage collection, lag of the event loop. */
@Module({ controllers: [MetricsController] })
export class MetricsApiModule {
  constructor(metrics: Metrics) {
    collectDefaultMetrics({ register: metrics.registry });
  }
}
