import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { createPostgresBackend, setDefaultBackendFactory, type QueueOptions, type WorkerOptions } from 'bullmq';
import type { Settings } from '../config/settings.js';

/** Each queue and each worker opens a pool of so many connections, and one to listen. */
const POSTGRES_CONNECTIONS = 4;
/** In braces, so that Redis Cluster keeps all keys of a queue on one node. */
const REDIS_PREFIX = '{broadsheet}';
/** The schema of BullMQ's own tables in PostgreSQL. */
export const QUEUE_SCHEMA = 'bullmq';

/** BullMQ, on Redis as soon as REDIS_URL is set and on PostgreSQL otherwise. */
@Module({})
export class QueueModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: QueueModule,
      imports: [BullModule.forRoot(settings.REDIS_URL ? onRedis(settings.REDIS_URL) : onPostgres(settings))],
    };
  }
}

function onRedis(url: string): QueueOptions {
  setDefaultBackendFactory();
  // Who adds a job does not wait for a Redis that is gone: the sweeper makes up for it.
  return { connection: { url, maxRetriesPerRequest: 1, enableOfflineQueue: false }, prefix: REDIS_PREFIX };
}

/**
 * How a worker connects to the queue of the module.
 * @param shared the options of the module, under the token of `getSharedConfigToken()`
 */
export function workerOptions({ connection, ...shared }: QueueOptions, { REDIS_URL }: Settings): WorkerOptions {
  if (!REDIS_URL) return { connection, ...shared };
  // A worker waits for Redis as long as it takes (https://docs.bullmq.io/guide/going-to-production).
  return { ...shared, connection: { url: REDIS_URL, maxRetriesPerRequest: null } };
}

function onPostgres(settings: Settings): QueueOptions {
  // @nestjs/bullmq has no way to pass a backend, so the default of the process is set before its modules are built.
  setDefaultBackendFactory(createPostgresBackend);
  const connection = {
    connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL,
    application_name: 'broadsheet-queue',
    max: POSTGRES_CONNECTIONS,
    schema: QUEUE_SCHEMA,
  };
  // The type knows Redis alone; the factory above reads what is PostgreSQL's.
  return { connection };
}
