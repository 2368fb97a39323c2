import cluster, { type Worker } from 'node:cluster';
import { RateLimiterClusterMaster } from 'rate-limiter-flexible';
import type { Settings } from '../config/settings.js';
import type { AppLogger } from '../logging/app-logger.js';
import { answerCopies } from '../metrics/cluster-metrics.js';

/** Until a child that ended is replaced, in milliseconds: doubled each time, unless one has lived for long. */
const BACK_OFF = { first: 1_000, longest: 30_000, livedLong: 60_000 };
/** How much longer than a child the primary process waits, in milliseconds. */
const FAREWELL = 2_000;

interface ClusterParts {
  name: string;
  settings: Settings;
  logger: AppLogger;
}

/**
 * The primary process of WEB_CONCURRENCY copies of the program, which share its port (`node:cluster`). It serves nobody:
 * it replaces copies that die, and stops them all on a signal. Never resolves; the process ends with its copies.
 */
export class Cluster {
  private readonly started = new Set<Worker>();
  private hasStarted = false;
  private delay = BACK_OFF.first;
  private stopping = false;
  private exitCode = 0;

  constructor(private readonly parts: ClusterParts) {}

  run(): void {
    const { WEB_CONCURRENCY } = this.parts.settings;
    cluster.on('message', (worker, message) => {
      if (message === 'started') this.note(worker);
    });
    answerCopies();
    // Without Redis the copies count hits here.
    void new RateLimiterClusterMaster();
    for (let index = 0; index < WEB_CONCURRENCY; index += 1) this.fork();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.stop());
    process.on('disconnect', () => this.stop());
  }

  private fork(): void {
    const bornAt = Date.now();
    const worker = cluster.fork();
    worker.on('exit', (code, signal) => this.replace(worker, { code, signal, lived: Date.now() - bornAt }));
  }

  /** The program has started as soon as all copies have. */
  private note(worker: Worker): void {
    this.started.add(worker);
    this.hasStarted = true;
    const { name, settings, logger } = this.parts;
    if (this.started.size !== settings.WEB_CONCURRENCY) return;
    logger.log({ process: name, copies: settings.WEB_CONCURRENCY, msg: 'All copies have started' });
    process.send?.('started');
  }

  private replace(
    worker: Worker,
    { code, signal, lived }: { code: number; signal: string | null; lived: number },
  ): void {
    if (this.stopping) return this.endWithTheLast();
    const { name, logger } = this.parts;
    // What keeps the very first ones from starting would keep all others: settings, or a port that is in use. Later it may
    // be a database that is away, which is waited for.
    if (!this.hasStarted) {
      this.exitCode = code || 1;
      return this.stop();
    }
    this.started.delete(worker);
    if (lived > BACK_OFF.livedLong) this.delay = BACK_OFF.first;
    logger.error({
      process: name,
      pid: worker.process.pid,
      code,
      signal,
      delay: this.delay,
      msg: 'A copy ended by itself',
    });
    setTimeout(() => this.stopping || this.fork(), this.delay);
    this.delay = Math.min(2 * this.delay, BACK_OFF.longest);
  }

  private stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    signalAll('SIGTERM');
    setTimeout(() => signalAll('SIGKILL'), this.parts.settings.SHUTDOWN_TIMEOUT * 1_000 + FAREWELL).unref();
    this.endWithTheLast();
  }

  private endWithTheLast(): void {
    if (copies().length === 0) process.exit(this.exitCode);
  }
}

const copies = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

function signalAll(signal: NodeJS.Signals): void {
  for (const worker of copies()) worker.process.kill(signal);
}
