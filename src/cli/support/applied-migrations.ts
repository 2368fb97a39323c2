import { escapeIdentifier, type ClientBase } from 'pg';

/** Where TypeORM remembers which migrations have been run; the migrations themselves make it. */
export const MIGRATIONS_TABLE = 'migrations';

/** The names of the migrations that have been run, the first one first; none where there is no schema yet. */
export async function appliedMigrations(client: ClientBase): Promise<string[]> {
  const { rows: found } = await client.query<{ isThere: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS "isThere"`, [
    escapeIdentifier(MIGRATIONS_TABLE),
  ]);
  if (!found[0]?.isThere) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  return rows.map(({ name }) => name);
}
