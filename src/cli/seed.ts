import { parseArgs } from 'node:util';
import { Client, DatabaseError } from 'pg';
import { isHardened, loadSettings, readEnvironment, SettingsError, type Settings } from '../core/config/settings.js';
import { MIGRATIONS } from '../core/database/migrations.js';
import { migrate } from '../core/database/migrator.js';
import { migrateQueue } from '../core/queue/queue-migrations.js';
import { dataDirectory, localEnvironment } from '../local/local-settings.js';
import { attachEmbeddedPostgres } from '../local/postgres/attached-postgres.js';
import { EmbeddedPostgresError } from '../local/postgres/embedded-postgres-error.js';
import { PasswordsService } from '../users/passwords/passwords.service.js';
import { seedDemo } from './demo/seed-demo.js';
import { completeSearchIndex } from './search-index.js';
import {
  GENERATED_PASSWORD,
  generatePosts,
  generateUsers,
  MAX_GENERATED_POSTS,
  MAX_GENERATED_USERS,
  NoAuthorsError,
} from './generated-data.js';

/** `npm run seed`: adds generated accounts and posts to DATABASE_URL, or to the embedded database of `npm start`. */

const DEFAULT_USERS = 1_000;
const DEFAULT_POSTS = 10_000;
const BAR_WIDTH = 30;

const EXIT = { failure: 1, usage: 2, configuration: 78, interrupted: 130 } as const;

const HELP = `Adds generated accounts and posts. A second run adds more.

  npm run seed -- [--users N] [--posts M]

  --users N   accounts to add, at most ${MAX_GENERATED_USERS} (${DEFAULT_USERS})
  --posts M   posts to add, at most ${MAX_GENERATED_POSTS} (${DEFAULT_POSTS}); generated accounts have written them
  --help      this text

The database is that of DATABASE_URL, or else the embedded one of npm start, which may be running.
`;

class UsageError extends Error {}

interface Amounts {
  users: number;
  posts: number;
}

/** A migrated database, until it is released. */
interface Target {
  settings: Settings;
  release: () => Promise<void>;
}

async function main(): Promise<void> {
  const amounts = readArguments(process.argv.slice(2));
  if (!amounts) {
    process.stdout.write(HELP);
    return;
  }
  const signal = interruption();
  const { settings, release } = await findTarget();
  try {
    await withClient(settings, async (client) => fill(client, settings, amounts, signal));
  } finally {
    await release();
  }
}

/**
 * @returns undefined where help is asked for
 * @throws UsageError
 */
function readArguments(args: string[]): Amounts | undefined {
  const { users, posts, help } = parse(args);
  if (help) return undefined;
  return {
    users: numberOf('--users', users, DEFAULT_USERS, MAX_GENERATED_USERS),
    posts: numberOf('--posts', posts, DEFAULT_POSTS, MAX_GENERATED_POSTS),
  };
}

function parse(args: string[]): { users?: string; posts?: string; help?: boolean } {
  try {
    const options = { users: { type: 'string' }, posts: { type: 'string' }, help: { type: 'boolean' } } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split(/[.\n]/, 1)[0]);
  }
}

function numberOf(name: string, text: string | undefined, preset: number, maximum: number): number {
  if (text === undefined) return preset;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= maximum) return value;
  throw new UsageError(`${name} must be a whole number from 0 to ${maximum}`);
}

/** The first Ctrl-C stops after the batch at hand. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}

async function findTarget(): Promise<Target> {
  const environment = localEnvironment(readEnvironment());
  if (environment['DATABASE_URL'] || environment['DATABASE_URL_FILE'])
    return { settings: loadSettings(withSecret(environment)), release: async () => undefined };

  const { url, isOwn, release } = await attachEmbeddedPostgres(dataDirectory(environment));
  try {
    const settings = loadSettings(withSecret({ ...environment, DATABASE_URL: url }));
    if (isOwn) await prepare(settings);
    return { settings, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Nothing is signed here, so that a database is enough to fill it. */
const withSecret = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  environment['SECRET_KEY'] || environment['SECRET_KEY_FILE']
    ? environment
    : { ...environment, SECRET_KEY: '-'.repeat(32) };

/** What the first `npm start` would do, since it leaves a database with accounts as it is. */
async function prepare(settings: Settings): Promise<void> {
  await migrate(settings.DATABASE_URL, MIGRATIONS, migrateQueue);
  await withClient(settings, async (client) => {
    await seedDemo(client, settings);
    await completeSearchIndex(client, settings.SEARCH_LANGUAGE);
  });
}

async function withClient(settings: Settings, work: (client: Client) => Promise<unknown>): Promise<void> {
  // A transaction pooler would take the temporary table away.
  const client = new Client({ connectionString: settings.DATABASE_DIRECT_URL ?? settings.DATABASE_URL });
  // A lost connection is told by the statement that it fails; unheard, this event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function fill(client: Client, settings: Settings, { users, posts }: Amounts, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  // A password that is printed here must not open a door there.
  const passwordHash = isHardened(settings) ? null : await new PasswordsService(settings).hash(GENERATED_PASSWORD);
  await generateUsers(client, passwordHash, { count: users, onProgress: bar('accounts', users), signal });
  await generatePosts(client, { count: posts, onProgress: bar('posts', posts), signal });
  await completeSearchIndex(client, settings.SEARCH_LANGUAGE);
  await client.query('VACUUM (ANALYZE) users, posts');

  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`Added ${number(users)} accounts and ${number(posts)} posts in ${seconds} s.\n`);
  if (passwordHash) process.stdout.write(`Sign in as seed-user-1@example.com with "${GENERATED_PASSWORD}".\n`);
}

/** Draws on a terminal; elsewhere it writes one line at the end. */
function bar(what: string, count: number): (added: number) => void {
  return (added) => {
    const text = `${number(added)} of ${number(count)} ${what}`;
    if (process.stderr.isTTY) {
      const filled = Math.floor((BAR_WIDTH * added) / count);
      process.stderr.write(`\r${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${text}`);
    }
    if (added < count) return;
    process.stderr.write(process.stderr.isTTY ? '\n' : `${text}\n`);
  };
}

const number = (value: number): string => value.toLocaleString('en');

/** One line for what the person at the keyboard can put right, everything for what nobody foresaw. */
function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof UsageError || error instanceof NoAuthorsError)
    return { message: `${error.message}; see npm run seed -- --help`, exitCode: EXIT.usage };
  if (error instanceof SettingsError) return { message: error.message, exitCode: EXIT.configuration };
  if (error instanceof EmbeddedPostgresError) return { message: error.message, exitCode: EXIT.failure };
  if (error instanceof DOMException)
    return { message: 'Stopped; what was added so far stays', exitCode: EXIT.interrupted };
  return { message: explainDatabase(error), exitCode: EXIT.failure };
}

const UNDEFINED_TABLE = '42P01';

function explainDatabase(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (code === UNDEFINED_TABLE) return 'The database has no schema yet; run npm run migrate first';
  if (code === 'ECONNREFUSED') return 'PostgreSQL does not answer at DATABASE_URL';
  return error instanceof DatabaseError ? error.message : (error.stack ?? error.message);
}

try {
  await main();
} catch (error) {
  const { message, exitCode } = explain(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
