import cluster from 'node:cluster';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadSettings, SettingsError, type Settings } from '../config/settings.js';
import { databaseProblem } from '../database/database-errors.js';
import { Readiness } from '../health/readiness.js';
import { drain } from '../http/drain.js';
import { AppLogger } from '../logging/app-logger.js';
import { Cluster } from './cluster.js';
import { startTracing } from '../tracing/start-tracing.js';
import type { Tracer } from '../tracing/tracing.js';

/** Exit codes, as in sysexits.h: 78 is a matter of settings, which a restart does not mend. */
const EXIT = { failure: 1, configuration: 78 } as const;

export interface ProcessParts {
  name: string;
  build: (settings: Settings, logger: AppLogger) => Promise<NestFastifyApplication>;
  /** Where it listens. */
  port: (settings: Settings) => number;
  /** How many copies of it share the port; one, where it is left out. */
  copies?: (settings: Settings) => number;
}

/** Runs one process of the product: settings, start, and a stop that finishes what was begun. */
export async function runProcess({ name, build, port, copies = () => 1 }: ProcessParts): Promise<void> {
  const settings = settingsOrExit();
  const logger = new AppLogger(settings);
  if (copies(settings) > 1 && cluster.isPrimary) return new Cluster({ name, settings, logger }).run();
  try {
    const tracer = await startTracing(settings, logger, name);
    const app = await build(settings, logger);
    stopOnSignal({ app, tracer, settings, logger });
    await app.listen(port(settings), settings.HOST);
    logger.log({ process: name, url: await app.getUrl(), msg: 'Started' });
    process.send?.('started');
  } catch (error) {
    logger.fatal({ process: name, err: error, msg: startProblem(error, port(settings)) });
    process.exitCode = EXIT.failure;
    setTimeout(() => process.exit(EXIT.failure), 1_000).unref();
  }
}

function settingsOrExit(): Settings {
  try {
    return loadSettings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(EXIT.configuration);
  }
}

interface RunningParts {
  app: NestFastifyApplication;
  tracer: Tracer | undefined;
  settings: Settings;
  logger: AppLogger;
}

/** The first signal stops in order; work that takes longer than SHUTDOWN_TIMEOUT is left to the next process. */
function stopOnSignal({ app, tracer, settings, logger }: RunningParts): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger.log({ signal, msg: 'Stopping' });
    setTimeout(() => {
      logger.error({ msg: 'Work was still running after SHUTDOWN_TIMEOUT; it is left to the next process' });
      process.exit(EXIT.failure);
    }, settings.SHUTDOWN_TIMEOUT * 1_000).unref();
    // Unready from the first moment, while what comes is still answered.
    app.get(Readiness).stop();
    const closed = drain(app.getHttpServer(), (settings.SHUTDOWN_TIMEOUT * 1_000) / 3)
      .then(() => app.close())
      .finally(() => tracer?.stop());
    closed.then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error, msg: 'Stopping failed' });
        process.exit(EXIT.failure);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The launcher that started this process is gone: nobody else would stop it.
  process.on('disconnect', () => stop('SIGTERM'));
}

function startProblem(error: unknown, port: number): string {
  const { code, hostname } = (error ?? {}) as { code?: string; hostname?: string };
  if (code === 'EADDRINUSE') return `Port ${port} is in use; stop what uses it, or set PORT to another one`;
  if (hostname !== undefined) return `The host name ${hostname} cannot be resolved (${code}); look at DATABASE_URL`;
  const message = error instanceof Error ? error.message : 'The start failed';
  // PgBouncer takes no limits from whom it does not know to be pooled.
  if (message.startsWith('unsupported startup parameter'))
    return 'DATABASE_URL leads to a pooler: set DATABASE_DIRECT_URL to the address of PostgreSQL itself';
  return databaseProblem(error)?.code === 'SERVICE_UNAVAILABLE'
    ? 'PostgreSQL does not answer at DATABASE_URL'
    : message;
}
