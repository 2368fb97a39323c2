import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { AppLogger, onDroppedLine } from './app-logger.js';

/** Makes the logger, which the entry has already used, injectable everywhere. */
@Global()
@Module({ imports: [MetricsModule] })
export class LoggingModule {
  static forRoot(logger: AppLogger): DynamicModule {
    return { module: LoggingModule, providers: [{ provide: AppLogger, useValue: logger }], exports: [AppLogger] };
  }

  constructor(metrics: Metrics) {
    const dropped = metrics.counter(
      'log_lines_dropped_total',
      'Lines of the log that were dropped, as nobody took them',
    );
    onDroppedLine(() => dropped.inc());
  }
}
