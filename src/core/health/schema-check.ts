import { Injectable } from '@nestjs/common';
import { assertSchemaCompatibility } from 'bullmq';
import { DataSource } from 'typeorm';
import { compareMigrations } from '../database/migrations.js';
import { QUEUE_SCHEMA } from '../queue/queue-connection.js';
import { Settings } from '../config/settings.js';
import { OtherVersion, Readiness } from './readiness.js';

/** Whether the schema is the one that this version knows: an older or newer one makes the process unready. */
@Injectable()
export class SchemaCheck {
  constructor(
    private readonly dataSource: DataSource,
    readiness: Readiness,
    settings: Settings,
  ) {
    readiness.add({ name: 'migrations', run: () => this.checkMigrations() });
    if (!settings.REDIS_URL) readiness.add({ name: 'queue', run: () => this.checkQueue() });
  }

  private async checkMigrations(): Promise<void> {
    const rows = await this.dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
    const { missing, unknown } = compareMigrations(rows.map(({ name }) => name));
    if (missing.length > 0)
      throw new OtherVersion('older', `The schema is older than this version: ${missing.join(', ')}`);
    if (unknown.length > 0)
      throw new OtherVersion('newer', `The schema is newer than this version: ${unknown.join(', ')}`);
  }

  private async checkQueue(): Promise<void> {
    const query = async (text: string, values: readonly unknown[] = []) => {
      const rows: never[] = await this.dataSource.query(text, [...values]);
      return { rows };
    };
    await assertSchemaCompatibility({ query }, QUEUE_SCHEMA);
  }
}
