import { DataSource } from 'typeorm';
import { migrationDataSourceOptions } from '../../src/core/database/data-source.js';
import { MIGRATIONS } from '../../src/core/database/migrations.js';
import { ENTITIES } from '../../src/entities.js';
import { TestDatabase } from '../support/test-database.js';

describe('the schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await TestDatabase.create();
    dataSource = await new DataSource(migrationDataSourceOptions(database.url, MIGRATIONS, ENTITIES)).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** What TypeORM would still change to make the tables those of the entities. */
  async function drift(): Promise<string[]> {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  }

  it('that the migrations make is the one that the entities describe', async () => {
    await expect(drift()).resolves.toEqual([]);
  });

  it('is taken back by the migrations, and made again', async () => {
    for (let undone = 0; undone < MIGRATIONS.length; undone += 1)
      await dataSource.undoLastMigration({ transaction: 'each' });
    const tables = await database.rows<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    expect(tables).toEqual([{ name: 'migrations' }]);

    await dataSource.runMigrations({ transaction: 'each' });
    await expect(drift()).resolves.toEqual([]);
  });
});
