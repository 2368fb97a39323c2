import { DataSource } from 'typeorm';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { dataSourceOptions } from '../database/data-source.js';
import type { Sql } from '../database/sql.js';
import { AppLogger } from '../logging/app-logger.js';
import { Readiness, type ReadinessReport } from './readiness.js';
import { SchemaCheck } from './schema-check.js';

describe('SchemaCheck', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let readiness: Readiness;

  beforeEach(async () => {
    database = await TestDatabase.create();
    const settings = testSettings(database.url);
    dataSource = await new DataSource(dataSourceOptions(settings, [])).initialize();
    readiness = new Readiness({ row: async () => undefined } as unknown as Sql, new AppLogger(settings));
    void new SchemaCheck(dataSource, readiness, settings);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each<{ name: string; change: string; status: ReadinessReport['status']; checks: ReadinessReport['checks'] }>([
    { name: 'its own schema', change: 'SELECT 1', status: 'ready', checks: { migrations: 'up', queue: 'up' } },
    {
      name: 'an older schema',
      change: 'DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)',
      status: 'unready',
      checks: { migrations: 'older', queue: 'up' },
    },
    {
      name: 'a newer schema',
      change: "INSERT INTO migrations (timestamp, name) VALUES (1, 'Later1990000000000')",
      status: 'unready',
      checks: { migrations: 'newer', queue: 'up' },
    },
    {
      name: 'no schema',
      change: 'DROP TABLE migrations; DROP SCHEMA bullmq CASCADE',
      status: 'unready',
      checks: { migrations: 'down', queue: 'down' },
    },
  ])('says that there is $name', async ({ change, status, checks }) => {
    await database.rows(change);
    expect(await readiness.report()).toEqual({ status, checks: { database: 'up', ...checks } });
  });
});
