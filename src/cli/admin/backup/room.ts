import { escapeIdentifier, type ClientBase } from 'pg';
import { QUEUE_SCHEMA } from '../../../core/queue/queue-connection.js';
import { OperatorError } from '../explain-verb.js';
import { MIGRATIONS_TABLE, appliedMigrations } from '../../support/applied-migrations.js';
import { ownTables, refuseNewer } from './tables.js';

// By what our processes call their connections.
const CONNECTED = `
  SELECT count(*)::int AS total FROM pg_stat_activity
  WHERE datname = current_database() AND application_name LIKE 'broadsheet%' AND pid <> pg_backend_pid()`;

const TRIGGER_FUNCTIONS = `
  SELECT DISTINCT proname AS name FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
  WHERE NOT tgisinternal AND tgrelid = ANY($1::regclass[]) AND pronamespace = current_schema()::regnamespace`;

/**
 * Looks at the database that a backup is to come into.
 * @param mayReplace whether what is there may go
 * @returns the statements that make room
 * @throws OperatorError where there is something that must not go
 */
export async function makeRoom(client: ClientBase, schema: string, mayReplace: boolean): Promise<string> {
  const { rows } = await client.query<{ total: number }>(CONNECTED);
  if (rows[0]?.total)
    throw new OperatorError(`Broadsheet is at work on this database (${rows[0].total} connections); stop it first`);
  refuseNewer('The database', await appliedMigrations(client));
  const tables = await ownTables(client);
  if (!mayReplace && (await hasRows(client, tables)))
    throw new OperatorError(
      'The database is not empty; restore into another one, or give --replace, and what is there goes',
    );
  // All at once, as they refer to each other. Jobs of the queue follow from the mails, and are made again.
  const own = tables.map((table) => inSchema(schema, table));
  const { rows: functions } = await client.query<{ name: string }>(TRIGGER_FUNCTIONS, [own]);
  const drops = [
    ...(own.length > 0 ? [`DROP TABLE ${own.join(', ')}`] : []),
    ...functions.map(({ name }) => `DROP FUNCTION ${inSchema(schema, name)}`),
  ];
  return [...drops, `DROP SCHEMA IF EXISTS ${QUEUE_SCHEMA} CASCADE;`].join(';\n');
}

async function hasRows(client: ClientBase, tables: string[]): Promise<boolean> {
  for (const table of tables.filter((name) => name !== MIGRATIONS_TABLE)) {
    const { rows } = await client.query(`SELECT FROM ${escapeIdentifier(table)} LIMIT 1`);
    if (rows.length > 0) return true;
  }
  return false;
}

const inSchema = (schema: string, table: string): string => `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
