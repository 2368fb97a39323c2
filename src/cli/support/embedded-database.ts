import type { Settings } from '../../core/config/settings.js';
import { MIGRATIONS } from '../../core/database/migrations.js';
import { migrate } from '../../core/database/migrator.js';
import { migrateQueue } from '../../core/queue/queue-migrations.js';
import { attachEmbeddedPostgres } from '../../local/postgres/attached-postgres.js';
import { seedDemo } from '../demo/seed-demo.js';
import { withClient } from './with-client.js';

/** The embedded database of a directory; one that is not in use gets what the next `npm start` would bring. */
export async function attachPrepared(
  directory: string,
  demoData: boolean,
  settingsFor: (url: string) => Settings,
): Promise<{ settings: Settings; release: () => Promise<void> }> {
  const { url, isOwn, release } = await attachEmbeddedPostgres(directory);
  try {
    const settings = settingsFor(url);
    if (isOwn) await migrate(settings.DATABASE_URL, MIGRATIONS, migrateQueue);
    // It leaves a database with accounts as it is, and so does the next npm start.
    if (isOwn && demoData) await withClient(settings, async (client) => seedDemo(client, settings));
    return { settings, release };
  } catch (error) {
    await release();
    throw error;
  }
}
