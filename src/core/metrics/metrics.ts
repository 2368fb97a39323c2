import cluster from 'node:cluster';
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { inTime } from '../../common/timing/in-time.js';
import { clusterMetrics, joinCluster } from './cluster-metrics.js';

/** Bounds of the time histograms, in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Milliseconds that a value may take to be read, so that a dependency that is gone does not take all metrics with it. */
const READ_TIMEOUT = 2_000;

type Values = Record<string, number>;

export interface Observation {
  name: string;
  help: string;
  /** What its values are told apart by; a single one, under any name, has none. */
  label?: string;
  /** Milliseconds that values are good for, where reading them costs the database something; always read otherwise. */
  every?: number;
  /** Whether every process reads the same, as it is of the whole installation: copies are added up otherwise. */
  isShared?: boolean;
  read: () => Promise<Values>;
}

/** The metrics of this process, in a registry of its own. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly requests = this.histogram(
    'http_request_duration_seconds',
    'Time to answer requests, by pattern of the path',
    ['method', 'route', 'status'],
    BUCKETS,
  );

  private readonly failures = this.counter(
    'metrics_read_failures_total',
    'Values that could not be read for a scrape, and are missing from it',
    ['metric'],
  );

  constructor() {
    if (cluster.isWorker) joinCluster(this.registry);
  }

  /** In Prometheus' format; of all copies where this process is one of several. */
  async text(): Promise<string> {
    return cluster.isWorker ? clusterMetrics() : this.registry.metrics();
  }

  /** Counts what happens. */
  counter<Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** @param buckets upper bounds, in the unit of the name */
  histogram<Label extends string = never>(
    name: string,
    help: string,
    labelNames: Label[] = [],
    buckets = BUCKETS,
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  /** Adds values that are read when the metrics are asked for; what cannot be read is left out. */
  observe({ name, help, label, every = 0, isShared = false, read }: Observation): void {
    const { failures } = this;
    const values = atMostEvery(every, read);
    const gauge = new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      aggregator: isShared ? 'max' : 'sum',
      async collect() {
        const current = await inTime(values(), READ_TIMEOUT).catch(() => undefined);
        // What is not told any more is gone: a gauge would keep its last value for ever.
        gauge.reset();
        if (current === undefined) {
          failures.inc({ metric: name });
          // One without labels would be 0 now, which says that all is well.
          if (label === undefined) gauge.set(Number.NaN);
          return;
        }
        for (const [key, value] of Object.entries(current))
          gauge.set(label === undefined ? {} : { [label]: key }, value);
      },
    });
  }
}

/** What failed is asked for again with the next call. */
function atMostEvery(period: number, read: () => Promise<Values>): () => Promise<Values> {
  let last: Promise<Values> | undefined;
  let goodUntil = 0;
  return () => {
    if (last && Date.now() < goodUntil) return last;
    goodUntil = Date.now() + period;
    const values = read();
    values.catch(() => (goodUntil = 0));
    last = values;
    return values;
  };
}
