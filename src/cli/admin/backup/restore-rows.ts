import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { ClientBase } from 'pg';
import { DataSource, MigrationExecutor } from 'typeorm';
import { migrationDataSourceOptions } from '../../../core/database/data-source.js';
import { MIGRATIONS } from '../../../core/database/migrations.js';
import type { Progress } from '../../progress.js';
import { RowsReader } from './read-rows.js';

interface RowsTarget {
  databaseUrl: string;
  /** Of the schema that the rows are of. */
  migrations: string[];
  /** What makes room, in the same transaction. */
  clear: string;
  progress: Progress;
  signal: AbortSignal;
}

// What the rows do not have: where the next ones begin.
const ADVANCE_SEQUENCES = `DO $$
  DECLARE owned record;
  BEGIN
    FOR owned IN
      SELECT pg_class.oid::regclass AS sequence, refobjid::regclass AS owner, attname AS member
      FROM pg_class JOIN pg_depend ON objid = pg_class.oid AND deptype = 'a'
      JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
      WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace
    LOOP
      EXECUTE format('SELECT setval(%L, coalesce(max(%I), 0) + 1, false) FROM %s', owned.sequence, owned.member, owned.owner);
    END LOOP;
  END $$`;

/** Makes the schema that the rows are of and puts them in, in one transaction: when anything fails, everything is as it was. */
export async function restoreRows(file: string, target: RowsTarget): Promise<void> {
  const migrations = MIGRATIONS.filter(({ name }) => target.migrations.includes(name));
  const dataSource = await new DataSource(migrationDataSourceOptions(target.databaseUrl, migrations)).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as ClientBase;
    await runner.startTransaction();
    // A database may have limits of its own, which are meant for requests.
    await runner.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
    await runner.query(target.clear);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'none';
    await executor.executePendingMigrations();
    const stream = addAbortSignal(target.signal, createReadStream(file));
    await new RowsReader(client, target.signal).read(target.progress.countingBytes(stream));
    await runner.query(ADVANCE_SEQUENCES);
    await runner.commitTransaction();
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
    await dataSource.destroy();
  }
}
