import type { ClientBase } from 'pg';
import { getMetadataArgsStorage } from 'typeorm';
import { compareMigrations } from '../../../core/database/migrations.js';
import { ENTITIES } from '../../../entities.js';
import { MIGRATIONS_TABLE } from '../../support/applied-migrations.js';
import { OperatorError } from '../explain-verb.js';

interface Table {
  name: string;
  /** Other tables that its rows refer to. */
  refersTo: string[];
}

// Tables of extensions belong to those, and come with them.
const TABLES = `
  SELECT pg_class.relname AS name, array(
      SELECT DISTINCT referred.relname::text FROM pg_constraint
      JOIN pg_class AS referred ON referred.oid = confrelid
      WHERE conrelid = pg_class.oid AND contype = 'f' AND referred.oid <> pg_class.oid
    ) AS "refersTo"
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE nspname = current_schema() AND relkind IN ('r', 'p') AND NOT relispartition
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
  ORDER BY 1`;

/** The tables of the schema, in an order in which what is referred to comes first. */
export async function tablesInOrder(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<Table>(TABLES);
  const ordered: string[] = [];
  let left = rows;
  while (left.length > 0) {
    const next = left.filter(({ refersTo }) => refersTo.every((name) => ordered.includes(name)));
    if (next.length === 0) throw new Error(`Tables refer to each other: ${left.map(({ name }) => name).join(', ')}`);
    ordered.push(...next.map(({ name }) => name));
    left = left.filter((table) => !next.includes(table));
  }
  return ordered;
}

/** Those among them that are ours. */
export async function ownTables(client: ClientBase): Promise<string[]> {
  const { tables } = getMetadataArgsStorage();
  const entities = tables.filter(({ target }) => (ENTITIES as unknown[]).includes(target));
  const known = new Set([MIGRATIONS_TABLE, ...entities.map(({ name }) => name)]);
  return (await tablesInOrder(client)).filter((name) => known.has(name));
}

export async function currentSchema(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string | null }>('SELECT current_schema() AS name');
  return rows[0]?.name ?? 'public';
}

/**
 * @param what that has had these migrations
 * @throws OperatorError where there are some that this version does not know
 */
export function refuseNewer(what: string, applied: string[]): void {
  const { unknown } = compareMigrations(applied);
  if (unknown.length > 0)
    throw new OperatorError(
      `${what} has a newer schema than this version knows (${unknown.join(', ')}); use the version that it is of`,
    );
}
