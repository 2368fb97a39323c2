import type { DataSourceOptions, MigrationInterface } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { BoundedPool } from './bounded-pool.js';
import { connectionTarget } from './connection-target.js';
import { SnakeNamingStrategy } from './snake-naming.strategy.js';
import { TransactionClient } from './transaction-client.js';

/**
 * Every hop has its bound, in milliseconds, so that a stuck database never becomes a stuck client: each a part of what a
 * request may take in all.
 */
export function databaseTimeouts({ REQUEST_TIMEOUT }: Pick<Settings, 'REQUEST_TIMEOUT'>) {
  const request = REQUEST_TIMEOUT * 1_000;
  return {
    /** For a new connection, and for one of the pool to become free. */
    connect: Math.round(request / 3),
    lock: Math.round(request / 3),
    statement: Math.round((request * 2) / 3),
    /** Longer than `statement`, for the case that the server does not answer at all. */
    answer: Math.round((request * 4) / 5),
    idleInTransaction: request,
  };
}

type Constructor<T> = new () => T;

/** What TypeORM needs to connect for serving; the schema is changed by migrations alone. */
export function dataSourceOptions(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATABASE_DIRECT_URL' | 'DATABASE_POOL_MAX' | 'REQUEST_TIMEOUT'>,
  entities: Constructor<object>[],
): DataSourceOptions {
  const { extra, ...base } = baseOptions(settings.DATABASE_URL);
  const timeouts = databaseTimeouts(settings);
  return {
    ...base,
    driver: { Pool: BoundedPool },
    entities,
    connectTimeoutMS: timeouts.connect,
    poolSize: settings.DATABASE_POOL_MAX,
    extra: {
      ...extra,
      // Where there is a direct address, too, this one is a transaction pooler's.
      ...(settings.DATABASE_DIRECT_URL !== undefined && { Client: TransactionClient }),
      keepAlive: true,
      statement_timeout: timeouts.statement,
      query_timeout: timeouts.answer,
      lock_timeout: timeouts.lock,
      idle_in_transaction_session_timeout: timeouts.idleInTransaction,
    },
  };
}

/** The same without time limits, which a migration of a large table would break. */
export function migrationDataSourceOptions(
  url: string,
  migrations: Constructor<MigrationInterface>[],
  entities: Constructor<object>[] = [],
): DataSourceOptions {
  return { ...baseOptions(url), migrations, entities, migrationsTableName: 'migrations' };
}

function baseOptions(url: string) {
  const { connectionString, ...extra } = connectionTarget(url);
  return {
    type: 'postgres',
    url: connectionString,
    extra,
    applicationName: 'broadsheet',
    synchronize: false,
    installExtensions: false,
    namingStrategy: new SnakeNamingStrategy(),
    // An idle connection that breaks is replaced at its next use; unheard, its error would end the process.
    poolErrorHandler: () => undefined,
  } as const;
}
