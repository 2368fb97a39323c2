import { loadSettings } from './core/config/settings.js';
import { MIGRATIONS } from './core/database/migrations.js';
import { migrate } from './core/database/migrator.js';
import { AppLogger } from './core/logging/app-logger.js';
import { migrateQueue } from './core/queue/queue-migrations.js';

/** Brings the schema up to date and ends. */
const settings = loadSettings();
const logger = new AppLogger(settings);
const done = await migrate(settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL, MIGRATIONS, migrateQueue);
logger.log({ migrations: done, msg: done.length > 0 ? 'Migrated' : 'The schema is up to date' });
