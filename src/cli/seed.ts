import { parseArgs } from 'node:util';
import type { Client } from 'pg';
import { isHardened, type Settings } from '../core/config/settings.js';
import { PasswordsService } from '../users/passwords/passwords.service.js';
import { Progress } from './progress.js';
import { completeSearchIndex } from './search-index.js';
import {
  GENERATED_PASSWORD,
  generatePosts,
  generateUsers,
  MAX_GENERATED_POSTS,
  MAX_GENERATED_USERS,
  NoAuthorsError,
} from './generated-data.js';
import { EXIT, explainFailure, type Failure } from './support/failures.js';
import { findDatabase, interruption } from './support/operator-database.js';
import { withClient } from './support/with-client.js';

/** `npm run seed`: adds generated accounts and posts to DATABASE_URL, or to the embedded database of `npm start`. */

const DEFAULT_USERS = 1_000;
const DEFAULT_POSTS = 10_000;

const USAGE = 2;

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

async function main(): Promise<void> {
  const amounts = readArguments(process.argv.slice(2));
  if (!amounts) {
    process.stdout.write(HELP);
    return;
  }
  const signal = interruption();
  const { settings, release } = await findDatabase({ demoData: true });
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

async function fill(client: Client, settings: Settings, { users, posts }: Amounts, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  // A password that is printed here must not open a door there.
  const passwordHash = isHardened(settings) ? null : await new PasswordsService(settings).hash(GENERATED_PASSWORD);
  const progress = new Progress();
  const onProgress = (added: number): void => progress.reach(added);
  try {
    progress.begin('accounts', users);
    await generateUsers(client, passwordHash, { count: users, onProgress, signal });
    progress.end();
    progress.begin('posts', posts);
    await generatePosts(client, { count: posts, onProgress, signal });
    progress.end();
  } finally {
    progress.stop();
  }
  await completeSearchIndex(client, settings.SEARCH_LANGUAGE);
  await client.query('VACUUM (ANALYZE) users, posts');

  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`Added ${number(users)} accounts and ${number(posts)} posts in ${seconds} s.\n`);
  if (passwordHash) process.stdout.write(`Sign in as seed-user-1@example.com with "${GENERATED_PASSWORD}".\n`);
}

const number = (value: number): string => value.toLocaleString('en');

function explain(error: unknown): Failure {
  if (error instanceof UsageError || error instanceof NoAuthorsError)
    return { message: `${error.message}; see npm run seed -- --help`, exitCode: USAGE };
  if (error instanceof DOMException)
    return { message: 'Stopped; what was added so far stays', exitCode: EXIT.interrupted };
  return explainFailure(error);
}

try {
  await main();
} catch (error) {
  const { message, exitCode } = explain(error);
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}
