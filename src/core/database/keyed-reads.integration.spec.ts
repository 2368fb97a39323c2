import { Client } from 'pg';
import { TestDatabase } from '../../../test/support/test-database.js';
import { newId } from '../../common/ids/uuid.js';
import { AMONG_KEYS } from './keyed-reads.js';

/** After so many executions PostgreSQL judges whether planning anew is worth it; half as many more show what it found. */
const EXECUTIONS = 15;

describe('AMONG_KEYS', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await TestDatabase.create();
    client = new Client(database.url);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function plansOf(name: string, text: string): Promise<{ generic: number; custom: number }> {
    for (let count = 0; count < EXECUTIONS; count += 1) await client.query({ name, text, values: [[newId()]] });
    const { rows } = await client.query<{ generic: number; custom: number }>(
      'SELECT generic_plans::int AS generic, custom_plans::int AS custom FROM pg_prepared_statements WHERE name = $1',
      [name],
    );
    return rows[0] as { generic: number; custom: number };
  }

  it('has the statement planned once for all, where an array as such has it planned each time', async () => {
    const read = 'SELECT p.id FROM posts p JOIN users u ON u.id = p.author_id WHERE p.id';
    expect(await plansOf('as such', `${read} = ANY($1::uuid[])`)).toEqual({ generic: 0, custom: EXECUTIONS });
    expect(await plansOf('among keys', `${read} ${AMONG_KEYS}`)).toEqual({ generic: EXECUTIONS - 5, custom: 5 });
  });

  it('finds what there is of the keys', async () => {
    const known = newId();
    const values = [[known, newId()]];
    const text = `SELECT id FROM unnest($2::uuid[]) AS id WHERE id ${AMONG_KEYS}`;
    expect((await client.query(text, [...values, [newId(), known]])).rows).toEqual([{ id: known }]);
  });
});
