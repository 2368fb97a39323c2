import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { beginStep, isTracing } from '../tracing/tracing.js';

/** In seconds; few, as there is a series of each for every statement. */
const BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];

/** Tells that a statement has ended, and with which error if it failed. */
export type StatementEnd = (error?: unknown) => void;

/** Times every statement by its name, the wait for a connection included; a step of the trace where there is one. */
@Injectable()
export class StatementTimes {
  private readonly durations;
  private readonly failures;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(
      'database_query_duration_seconds',
      'Time of statements with the wait for a connection, by name; those that TypeORM writes are called typeorm',
      ['query'],
      BUCKETS,
    );
    this.failures = metrics.counter('database_query_errors_total', 'Statements that failed, by name', ['query']);
  }

  begin(name: string): StatementEnd {
    const started = performance.now();
    const span = isTracing()
      ? beginStep(name, { 'db.system.name': 'postgresql', 'db.query.summary': name })
      : undefined;
    return (error) => {
      this.durations.observe({ query: name }, (performance.now() - started) / 1_000);
      if (error !== undefined) this.failures.inc({ query: name });
      span?.end({ error });
    };
  }
}
