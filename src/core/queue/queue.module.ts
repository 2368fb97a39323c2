import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { setDefaultBackendFactory, type QueueOptions, type WorkerOptions } from 'bullmq';
import type { Settings } from '../config/settings.js';
import { queueBackend, queueOptions, retryStrategy, SILENCE } from './queue-connection.js';

/** Milliseconds until a worker asks again whose connection was refused. */
const RETRY_DELAY = 1_000;

/** BullMQ for processes that add and take jobs. */
@Module({})
export class QueueModule {
  static forRoot(settings: Settings): DynamicModule {
    // @nestjs/bullmq has no way to pass a backend, so the default of the process is set before its modules are built.
    setDefaultBackendFactory(queueBackend(settings));
    return { module: QueueModule, imports: [BullModule.forRoot(queueOptions(settings))] };
  }
}

/**
 * How a worker connects to the queue of the module.
 * @param shared the options of the module, under the token of `getSharedConfigToken()`
 */
export function workerOptions({ connection, ...shared }: QueueOptions, { REDIS_URL }: Settings): WorkerOptions {
  if (!REDIS_URL) return { connection, ...shared, runRetryDelay: RETRY_DELAY };
  // A worker waits for Redis as long as it takes (https://docs.bullmq.io/guide/going-to-production).
  return {
    ...shared,
    runRetryDelay: RETRY_DELAY,
    connection: { url: REDIS_URL, retryStrategy, maxRetriesPerRequest: null, socketTimeout: SILENCE },
  };
}
