import type { MigrationInterface } from 'typeorm';
import { Initial1780000000000 } from '../../../migrations/1780000000000-initial.js';
import { Accounts1780000000001 } from '../../../migrations/1780000000001-accounts.js';
import { Publishing1780000000002 } from '../../../migrations/1780000000002-publishing.js';
import { Deliveries1780000000003 } from '../../../migrations/1780000000003-deliveries.js';
import { Telemetry1780000000004 } from '../../../migrations/1780000000004-telemetry.js';
import { LiveEvents1780000000005 } from '../../../migrations/1780000000005-live-events.js';
import { PublicContent1780000000006 } from '../../../migrations/1780000000006-public-content.js';

/** Every migration, oldest first. A new one is added at the end and never changed once released. */
export const MIGRATIONS: (new () => MigrationInterface)[] = [
  Initial1780000000000,
  Accounts1780000000001,
  Publishing1780000000002,
  Deliveries1780000000003,
  Telemetry1780000000004,
  LiveEvents1780000000005,
  PublicContent1780000000006,
];

/** Under these names TypeORM remembers which have been run. */
export const migrationNames = (): string[] => MIGRATIONS.map((migration) => migration.name);

/** @param applied the names of those that a database has had */
export function compareMigrations(applied: string[]): { missing: string[]; unknown: string[] } {
  const expected = migrationNames();
  return {
    missing: expected.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !expected.includes(name)),
  };
}
