import { BullModule } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import { createPostgresBackend, setDefaultBackendFactory, type QueueOptions } from 'bullmq';
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
  // A worker waits for Redis as long as it takes (https://docs.bullmq.io/guide/going-to-production).
  return { connection: { url, maxRetriesPerRequest: null }, prefix: REDIS_PREFIX };
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
