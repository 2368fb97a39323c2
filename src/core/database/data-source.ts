import type { DataSourceOptions, MigrationInterface } from 'typeorm';
import type { Settings } from '../config/settings.js';
import { connectionTarget } from './connection-target.js';
import { SnakeNamingStrategy } from './snake-naming.strategy.js';
import { TransactionClient } from './transaction-client.js';

/** Every hop has its bound, in milliseconds, so that a stuck database never becomes a stuck client. */
export const DATABASE_TIMEOUTS = {
  connect: 5_000,
  statement: 10_000,
  /** Longer than `statement`, for the case that the server does not answer at all. */
  answer: 12_000,
  lock: 5_000,
  idleInTransaction: 15_000,
} as const;

type Constructor<T> = new () => T;

/** What TypeORM needs to connect for serving; the schema is changed by migrations alone. */
export function dataSourceOptions(
  settings: Pick<Settings, 'DATABASE_URL' | 'DATABASE_DIRECT_URL' | 'DATABASE_POOL_MAX'>,
  entities: Constructor<object>[],
): DataSourceOptions {
  const { extra, ...base } = baseOptions(settings.DATABASE_URL);
  return {
    ...base,
    entities,
    connectTimeoutMS: DATABASE_TIMEOUTS.connect,
    poolSize: settings.DATABASE_POOL_MAX,
    extra: {
      ...extra,
      // Where there is a direct address, too, this one is a transaction pooler's.
      ...(settings.DATABASE_DIRECT_URL !== undefined && { Client: TransactionClient }),
      keepAlive: true,
      statement_timeout: DATABASE_TIMEOUTS.statement,
      query_timeout: DATABASE_TIMEOUTS.answer,
      lock_timeout: DATABASE_TIMEOUTS.lock,
      idle_in_transaction_session_timeout: DATABASE_TIMEOUTS.idleInTransaction,
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
