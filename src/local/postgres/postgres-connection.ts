import { resolve } from 'node:path';

import { Client, DatabaseError } from 'pg';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';

interface ServerAddress {
  port: number;
  password: string;
}

export const SUPERUSER = 'postgres';
export const LISTEN_ADDRESS = '127.0.0.1';

const MAINTENANCE_DATABASE = 'postgres';
const DATABASE = 'broadsheet';
const CONNECT_MILLISECONDS = 5_000;
// cannot_connect_now, admin_shutdown, too_many_connections
const PASSING_CODES = new Set(['57P03', '57P01', '53300']);

export function databaseUrl({ port, password }: ServerAddress): string {
  return `postgres://${SUPERUSER}:${password}@${LISTEN_ADDRESS}:${port}/${DATABASE}`;
}

/**
 * Logs in, makes sure that it is the server of this data directory, and creates our database if it is missing.
 * Throws EmbeddedPostgresError when another server answers, and whatever pg throws; see isPassing.
 */
export async function openDatabase(address: ServerAddress, data: string): Promise<void> {
  const client = new Client({
    host: LISTEN_ADDRESS,
    port: address.port,
    user: SUPERUSER,
    password: address.password,
    database: MAINTENANCE_DATABASE,
    // Said here because otherwise PGSSLMODE of the environment decides.
    ssl: false,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
  });
  // A connection lost between two queries is reported by the next one; unheard, this event would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await assertDataDirectory(client, data);
    await createDatabaseIfMissing(client);
  } finally {
    await client.end();
  }
}

/** Whether what openDatabase threw is worth another try: the server starts, ends or is busy. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    return PASSING_CODES.has(error.code ?? '');
  }
  // pg reports so that the server could not prove that it knows the password too.
  const isWrongServer = error instanceof EmbeddedPostgresError || (error as Error).message.startsWith('SASL');
  return !isWrongServer;
}

async function assertDataDirectory(client: Client, data: string): Promise<void> {
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
  const actual = rows[0]?.data_directory ?? '';
  // Windows: PostgreSQL writes slashes where Node writes backslashes.
  if (resolve(actual) !== resolve(data)) {
    throw new EmbeddedPostgresError(`its data directory is ${actual}`);
  }
}

async function createDatabaseIfMissing(client: Client): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  }
}
