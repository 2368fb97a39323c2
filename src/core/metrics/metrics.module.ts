import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

/** Where everybody who knows a value declares its metric. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}
