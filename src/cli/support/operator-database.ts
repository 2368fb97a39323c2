import { loadSettings, readEnvironment, type Settings } from '../../core/config/settings.js';
import { dataDirectory, localEnvironment } from '../../local/local-settings.js';

/** The database of DATABASE_URL, or the embedded one of `npm start`, until it is released. */
export interface OperatorDatabase {
  settings: Settings;
  release: () => Promise<void>;
}

export interface NewDatabase {
  /** Whether an embedded database that has no accounts yet gets the demo data, as at the first `npm start`. */
  demoData: boolean;
}

/** Finds the database that a command works on, and brings the schema of an embedded one that is not in use up to date. */
export async function findDatabase({ demoData }: NewDatabase): Promise<OperatorDatabase> {
  const environment = localEnvironment(readEnvironment());
  if (environment['DATABASE_URL'] || environment['DATABASE_URL_FILE'])
    return { settings: loadSettings(withSecret(environment)), release: async () => undefined };

  // Only here: where the database is elsewhere it would be time and memory for nothing.
  const { attachPrepared } = await import('./embedded-database.js');
  return attachPrepared(dataDirectory(environment), demoData, (url) =>
    loadSettings(withSecret({ ...environment, DATABASE_URL: url })),
  );
}

/** Nothing is signed here, so that a database is enough. */
const withSecret = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  environment['SECRET_KEY'] || environment['SECRET_KEY_FILE']
    ? environment
    : { ...environment, SECRET_KEY: '-'.repeat(32) };

/** The first Ctrl-C stops after the batch at hand, the second one at once. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}
