import {
  createIORedisClient,
  createPostgresBackend,
  createRedisBackend,
  RedisConnection,
  type BackendFactory,
  type QueueOptions,
  type RedisQueueBackend,
} from 'bullmq';
import type { Settings } from '../config/settings.js';
import { BoundedClient } from '../database/bounded-client.js';
import { connectionTarget } from '../database/connection-target.js';
import { databaseTimeouts } from '../database/data-source.js';
import { openRedis } from '../redis/open-redis.js';
import { REDIS_PREFIX } from '../redis/shared-redis.js';

/** Each queue and each worker opens a pool of so many connections, and one to listen. */
const POSTGRES_CONNECTIONS = 4;
/** The schema of BullMQ's own tables in PostgreSQL. */
export const QUEUE_SCHEMA = 'bullmq';

// BullMQ opens every connection by it; of itself it knows the address of one server alone.
RedisConnection.clientFactory = ({ url = '', ...options }) => createIORedisClient(openRedis(url, options));

/** Where queues are kept: on Redis as soon as REDIS_URL is set and in PostgreSQL otherwise. */
export const queueBackend = ({ REDIS_URL }: Settings): BackendFactory<RedisQueueBackend> =>
  // The types of BullMQ's classes know Redis alone.
  (REDIS_URL ? createRedisBackend : createPostgresBackend) as BackendFactory<RedisQueueBackend>;

/** How whoever adds jobs, or looks at them, connects to a queue. */
export function queueOptions(settings: Settings): QueueOptions {
  return settings.REDIS_URL ? onRedis(settings.REDIS_URL) : onPostgres(settings);
}

/**
 * How whoever only looks connects: it writes nothing about itself, and leaves no attempt behind.
 * @param patience milliseconds for a connection, and for a question to PostgreSQL
 */
export function readerOptions(settings: Settings, patience: number): QueueOptions {
  const { connection, ...others } = queueOptions(settings);
  const limits = settings.REDIS_URL
    ? { connectTimeout: patience }
    : { connectionTimeoutMillis: patience, statement_timeout: patience };
  return { ...others, connection: { ...connection, ...limits }, skipMetasUpdate: true };
}

/**
 * A Redis that owes an answer and has said nothing for so long, in milliseconds, gets a new connection; workers ask with
 * questions that take up to ten seconds.
 */
export const SILENCE = 12_000;
/** The same for questions that are answered at once. */
const PROMPT_SILENCE = 2_000;

/** Milliseconds until the next attempt to connect to Redis; BullMQ's own would come to be 20 s. */
export const retryStrategy = (attempts: number): number => Math.min(100 * attempts, 2_000);

function onRedis(url: string): QueueOptions {
  // Who adds a job does not wait for a Redis that is gone: the sweeper makes up for it.
  return {
    connection: {
      url,
      retryStrategy,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      socketTimeout: PROMPT_SILENCE,
    },
    prefix: REDIS_PREFIX,
  };
}

function onPostgres(settings: Settings): QueueOptions {
  const { connect, answer } = databaseTimeouts(settings);
  const connection = {
    ...connectionTarget(settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL),
    application_name: 'broadsheet-queue',
    max: POSTGRES_CONNECTIONS,
    schema: QUEUE_SCHEMA,
    connectionTimeoutMillis: connect,
    query_timeout: answer,
    keepAlive: true,
    Client: BoundedClient,
  };
  // The type knows Redis alone; the backend of PostgreSQL reads what is PostgreSQL's.
  return { connection };
}
