import { DataSource, type MigrationInterface } from 'typeorm';
import { migrationDataSourceOptions } from './data-source.js';

/** Any number that is ours: whoever holds it migrates, the others wait. */
const MIGRATION_LOCK = 7_210_541_833;

/** Work to be done under the same lock after the migrations, such as the schema of another library. */
export type AfterMigrations = (url: string) => Promise<void>;

/**
 * Brings the schema up to date. Safe when several processes call it at once: one works, the others wait and find
 * nothing left to do. Each migration is a transaction of its own.
 * @returns the names of the migrations that were run
 */
export async function migrate(
  url: string,
  migrations: (new () => MigrationInterface)[],
  after: AfterMigrations,
): Promise<string[]> {
  const dataSource = await new DataSource(migrationDataSourceOptions(url, migrations)).initialize();
  try {
    const lock = dataSource.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      const done = await dataSource.runMigrations({ transaction: 'each' });
      await after(url);
      return done.map((migration) => migration.name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
