import type { Client } from 'pg';
import type { Settings } from '../../../core/config/settings.js';
import { compareMigrations } from '../../../core/database/migrations.js';
import { appliedMigrations } from '../../support/applied-migrations.js';
import { withClient } from '../../support/with-client.js';
import { checkWork } from './check-work.js';
import { explainConnection, PATIENCE, placeOf } from './explain-connection.js';
import { ok, problem, warning, type Finding } from './finding.js';

const OLDEST_VERSION = 14;
/** Clocks that differ by more make times wrong that people see, in milliseconds. */
const CLOCK_DIFFERENCE = 2_000;
/** Of a worker beside its pool: the queue's pools and listeners, and the outbox's. */
const WORKER_EXTRA = 15;

const LIMITS = { connectionTimeoutMillis: PATIENCE, query_timeout: PATIENCE };

/** A setting that is wrong is left out. */
interface DatabaseSettings extends Partial<
  Pick<Settings, 'DATABASE_DIRECT_URL' | 'DATABASE_POOL_MAX' | 'WEB_CONCURRENCY' | 'REDIS_URL'>
> {
  DATABASE_URL: string;
}

/** The server, the database in it, and what waits there to be done. */
export async function checkDatabase(settings: DatabaseSettings): Promise<Finding[]> {
  const { DATABASE_URL, DATABASE_DIRECT_URL } = settings;
  if (!DATABASE_DIRECT_URL) return look('DATABASE_URL', DATABASE_URL, (client) => findingsOf(client, settings));
  const [pooled, direct] = await Promise.all([
    identityAt('DATABASE_URL', DATABASE_URL),
    identityAt('DATABASE_DIRECT_URL', DATABASE_DIRECT_URL),
  ]);
  const findings = await look('DATABASE_DIRECT_URL', DATABASE_DIRECT_URL, (client) => findingsOf(client, settings));
  if (!pooled.identity) return [...pooled.findings, ...findings];
  if (!direct.identity || pooled.identity === direct.identity)
    return [ok('DATABASE_URL', `${placeOf(DATABASE_URL)} answers`), ...findings];
  const elsewhere = problem(
    'DATABASE_DIRECT_URL',
    `leads to another database than DATABASE_URL (${placeOf(DATABASE_DIRECT_URL)}, ${placeOf(DATABASE_URL)})`,
    'let both lead to the same one, past the pooler and through it',
  );
  return [elsewhere, ...findings];
}

// A server starts once at a time, to the microsecond.
const IDENTITY = `SELECT concat_ws(' ', pg_postmaster_start_time(), oid) AS identity
  FROM pg_database WHERE datname = current_database()`;

async function identityAt(name: string, url: string): Promise<{ findings: Finding[]; identity?: string }> {
  let identity: string | undefined;
  const findings = await look(name, url, async (client) => {
    const { rows } = await client.query<{ identity: string }>(IDENTITY);
    identity = rows[0]?.identity;
    return [];
  });
  return { findings, ...(identity !== undefined && { identity }) };
}

async function look(name: string, url: string, work: (client: Client) => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await withClient({ DATABASE_URL: url }, work, LIMITS);
  } catch (error) {
    return [unreachable(name, error, url)];
  }
}

/** What PostgreSQL says at the door, by SQLSTATE (appendix A). */
const REFUSALS: Record<string, [found: string, advice: string]> = {
  '28P01': ['the password is wrong', 'correct user and password; special characters have to be percent-encoded'],
  '28000': ['the server does not let this user in', 'look at its pg_hba.conf; it may ask for TLS (?sslmode=require)'],
  '3D000': ['there is no such database', 'make it (CREATE DATABASE), or correct the name'],
  '53300': ['the server has no connection left', 'lower DATABASE_POOL_MAX, or raise max_connections'],
  '57P03': ['the server is starting or stopping', 'wait for it'],
};

function unreachable(name: string, error: unknown, url: string): Finding {
  const place = placeOf(url);
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  const refusal = REFUSALS[code];
  if (refusal) return problem(name, `${place}: ${refusal[0]}`, refusal[1]);
  if (message.includes('does not support SSL'))
    return problem(name, `${place} has no TLS`, 'switch TLS on there, or take sslmode out of the address');
  return problem(name, explainConnection(error, place), 'start PostgreSQL there, or correct the address');
}

interface Facts {
  version: string;
  number: number;
  encoding: string;
  connections: number;
  reserved: number;
  used: number;
  now: Date;
  isReadOnly: boolean;
  mayMakeTables: boolean;
  mayMakeSchemas: boolean;
}

const FACTS = `SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS number,
  current_setting('server_encoding') AS encoding,
  current_setting('max_connections')::int AS connections,
  current_setting('superuser_reserved_connections')::int AS reserved,
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
  clock_timestamp() AS now,
  pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS "isReadOnly",
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayMakeTables",
  has_database_privilege(current_database(), 'CREATE') AS "mayMakeSchemas"`;

async function findingsOf(client: Client, settings: DatabaseSettings): Promise<Finding[]> {
  const asked = Date.now();
  const { rows } = await client.query<Facts>(FACTS);
  const answered = Date.now();
  const facts = rows[0] as Facts;
  const schema = await checkSchema(client);
  return [
    serverFinding(facts),
    ...accessFindings(facts),
    connectionsFinding(facts, settings),
    clockFinding(facts.now.getTime() - (asked + answered) / 2),
    schema,
    // Of an older schema the columns may not be there yet.
    ...(schema.level === 'ok' ? await checkWork(client) : []),
  ];
}

function serverFinding({ number, version, encoding }: Facts): Finding {
  const found = `${version}, ${encoding}`;
  if (number < OLDEST_VERSION * 10_000) return problem('PostgreSQL', found, `use ${OLDEST_VERSION} or newer`);
  if (encoding !== 'UTF8') return problem('PostgreSQL', found, 'make the database anew, with ENCODING UTF8');
  return ok('PostgreSQL', found);
}

function accessFindings({ isReadOnly, mayMakeTables, mayMakeSchemas }: Facts): Finding[] {
  if (isReadOnly) return [problem('privileges', 'the database can only be read', 'take the address of the primary')];
  const missing = [
    ...(mayMakeTables ? [] : ['make tables (GRANT CREATE ON SCHEMA)']),
    ...(mayMakeSchemas ? [] : ['make the schema of the queue (GRANT CREATE ON DATABASE)']),
  ];
  if (missing.length === 0) return [ok('privileges', 'sufficient')];
  // Only migrations need them, which another user may have run.
  return [warning('privileges', `the user may not ${missing.join(', nor ')}`, 'run npm run migrate as one who may')];
}

function connectionsFinding(
  facts: Facts,
  { DATABASE_POOL_MAX = 10, WEB_CONCURRENCY = 1, REDIS_URL }: DatabaseSettings,
): Finding {
  const wanted = DATABASE_POOL_MAX * (WEB_CONCURRENCY + 1) + (REDIS_URL ? 1 : WORKER_EXTRA);
  const available = facts.connections - facts.reserved;
  const found = `one API and one worker may take ${wanted} of ${available}; ${facts.used} are in use`;
  return wanted > available
    ? warning('connections', found, 'lower DATABASE_POOL_MAX, or raise max_connections')
    : ok('connections', found);
}

function clockFinding(difference: number): Finding {
  const seconds = (Math.abs(difference) / 1_000).toFixed(1);
  return Math.abs(difference) > CLOCK_DIFFERENCE
    ? warning('clock', `differs from that of the database by ${seconds} s`, 'let NTP set both')
    : ok('clock', `as that of the database, to ${seconds} s`);
}

async function checkSchema(client: Client): Promise<Finding> {
  const applied = await appliedMigrations(client);
  const { missing, unknown } = compareMigrations(applied);
  if (unknown.length > 0)
    return problem('schema', `is newer than this version (${unknown.join(', ')})`, 'start the version that it is of');
  if (applied.length === 0) return problem('schema', 'is not there yet', 'npm run migrate');
  if (missing.length > 0) return problem('schema', `lacks ${missing.join(', ')}`, 'npm run migrate');
  return ok('schema', `up to date (${applied.length} migrations)`);
}
