import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { TestDatabase } from '../../../test/support/test-database.js';
import { migrateQueue } from '../queue/queue-migrations.js';
import { migrationDataSourceOptions } from './data-source.js';
import { MIGRATIONS, migrationNames } from './migrations.js';
import { migrate } from './migrator.js';

const nothingAfter = async (): Promise<void> => undefined;

class Broken1990000000000 implements MigrationInterface {
  readonly name = 'Broken1990000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half_done (id int)');
    await runner.query('SELECT 1 / 0');
  }

  async down(): Promise<void> {}
}

describe('migrate', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await TestDatabase.create();
    await database.rows('DROP SCHEMA public CASCADE');
    await database.rows('DROP SCHEMA IF EXISTS bullmq CASCADE');
    await database.rows('CREATE SCHEMA public');
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await database.drop();
  });

  /** Everything that the migrations make, one line each, but their own log. */
  async function schema(): Promise<string[]> {
    const rows = await database.rows<{ line: string }>(`
      SELECT concat_ws(' ', table_name, column_name, data_type, datetime_precision, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'migrations'
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
      UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid <> 'migrations'::regclass
      ORDER BY 1`);
    return rows.map(({ line }) => line);
  }

  const recorded = async (): Promise<string[]> => {
    const rows = await database.rows<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    return rows.map(({ name }) => name);
  };

  it('is run by one of ten that start at once; the others wait and find nothing left to do', async () => {
    let after = 0;
    const count = async (): Promise<void> => {
      after += 1;
      await migrateQueue(database.url);
    };
    const done = await Promise.all(Array.from({ length: 10 }, async () => migrate(database.url, MIGRATIONS, count)));

    expect(done.filter((names) => names.length > 0)).toEqual([migrationNames()]);
    expect(await recorded()).toEqual(migrationNames());
    expect(after).toBe(10);
    const [queue] = await database.rows<{ tables: number }>(
      "SELECT count(*)::int AS tables FROM information_schema.tables WHERE table_schema = 'bullmq'",
    );
    expect(queue?.tables).toBeGreaterThan(0);
  });

  it('finds nothing to do the second time', async () => {
    expect(await migrate(database.url, MIGRATIONS, nothingAfter)).toEqual(migrationNames());
    const before = await schema();
    expect(await migrate(database.url, MIGRATIONS, nothingAfter)).toEqual([]);
    expect(await schema()).toEqual(before);
  });

  it('goes back to nothing, and makes the same again', async () => {
    await migrate(database.url, MIGRATIONS, nothingAfter);
    const before = await schema();
    expect(before.length).toBeGreaterThan(50);

    const dataSource = await new DataSource(migrationDataSourceOptions(database.url, MIGRATIONS)).initialize();
    for (let left = MIGRATIONS.length; left > 0; left -= 1) await dataSource.undoLastMigration({ transaction: 'each' });
    await dataSource.destroy();
    expect(await schema()).toEqual([]);

    await migrate(database.url, MIGRATIONS, nothingAfter);
    expect(await schema()).toEqual(before);
  });

  it('leaves nothing half done, keeps what was done before, and gives the lock back', async () => {
    // TypeORM prints what failed.
    jest.spyOn(console, 'log').mockReturnValue(undefined);
    await expect(migrate(database.url, [...MIGRATIONS, Broken1990000000000], nothingAfter)).rejects.toThrow(
      'division by zero',
    );
    expect(await recorded()).toEqual(migrationNames());
    const tables = await database.rows("SELECT 1 FROM pg_tables WHERE tablename = 'half_done'");
    expect(tables).toEqual([]);
    const locks = await database.rows(
      "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    expect(locks).toEqual([]);
  });
});
