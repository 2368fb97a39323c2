import { Test, type TestingModule } from '@nestjs/testing';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import type { RowPage } from '../../common/paging/page.js';
import { newId } from '../../common/ids/uuid.js';
import { ConfigModule } from '../config/config.module.js';
import { Conditions } from '../database/conditions.js';
import { DatabaseModule } from '../database/database.module.js';
import { Sql } from '../database/sql.js';
import { KeysModule } from '../keys/keys.module.js';
import { KeysetPager, NEWEST_FIRST, type KeysetOrder } from './keyset-pager.js';
import { PagingModule } from './paging.module.js';

interface Thing {
  id: string;
  name: string;
  createdAt: Date;
}

type Query = Parameters<KeysetPager['page']>[1];

const byName = (descending: boolean): KeysetOrder<Thing> => ({
  column: 'name',
  type: 'text',
  descending,
  valueOf: ({ name }) => name,
});

const ORDERS = [
  { called: 'name', order: byName(false) },
  { called: '-name', order: byName(true) },
  { called: '-createdAt', order: NEWEST_FIRST },
  { called: 'createdAt', order: { ...NEWEST_FIRST, descending: false } },
];

/** Two by two they have the same name, and all but the first two the same time. */
const NAMES = ['a', 'a', "'; DROP TABLE things; --", "'; DROP TABLE things; --", 'Ä "x" \\', 'Ä "x" \\', '🗞', '🗞', ''];

const filtered = (): Conditions => {
  const filter = new Conditions();
  return filter.add(`created_at > ${filter.bind('2020-01-01T00:00:00Z')}`);
};

describe('KeysetPager on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let pager: KeysetPager;

  beforeAll(async () => {
    database = await TestDatabase.create();
    await database.rows('CREATE TABLE things (id uuid, name text, created_at timestamptz(3))');
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([]), KeysModule, PagingModule],
    }).compile();
    await module.init();
    pager = module.get(KeysetPager);
  });

  beforeEach(async () => {
    await database.rows('TRUNCATE things');
    for (const [index, name] of NAMES.entries()) await insert(name, index < 2 ? index : 500);
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  const insert = async (name: string, millisecond: number): Promise<unknown> =>
    database.rows('INSERT INTO things VALUES ($1, $2, $3)', [newId(), name, new Date(1_772_366_400_000 + millisecond)]);

  async function page(query: Query, order: KeysetOrder<Thing> = byName(false), name?: string): Promise<RowPage<Thing>> {
    const filter = new Conditions();
    filter.when(name, (value) => `name = ${filter.bind(value)}`);
    const columns = 'id, name, created_at AS "createdAt"';
    const list = { name: 'things.page', columns, from: 'things', id: 'id', filter, filteredBy: [name], order };
    return pager.page<Thing>(list, query);
  }

  async function walk(limit: number, order: KeysetOrder<Thing>, name?: string): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { rows, page: info } = await page({ limit, cursor }, order, name);
      expect(rows.length).toBeLessThanOrEqual(limit);
      expect(info.hasMore).toBe(info.nextCursor !== null);
      seen.push(...rows.map(({ id }) => id));
      cursor = info.nextCursor ?? undefined;
    } while (cursor !== undefined && seen.length < 50);
    return seen;
  }

  const idsInOrder = async ({ column, descending }: KeysetOrder<Thing>): Promise<string[]> => {
    const direction = descending ? 'DESC' : 'ASC';
    const rows = await database.rows<Thing>(`SELECT id FROM things ORDER BY ${column} ${direction}, id ${direction}`);
    return rows.map(({ id }) => id);
  };

  it.each(ORDERS.flatMap(({ called, order }) => [1, 2, 3, 8, 9, 10].map((limit) => ({ called, order, limit }))))(
    'walks by $called in pages of $limit, without gap or repetition, though values tie',
    async ({ order, limit }) => {
      expect(await walk(limit, order)).toEqual(await idsInOrder(order));
    },
  );

  it('walks a filtered list by its own parameters', async () => {
    expect(await walk(1, NEWEST_FIRST, 'a')).toHaveLength(2);
    expect(await walk(1, byName(true), 'none')).toEqual([]);
  });

  it('is put out by no row that comes before, and goes on though its last row is gone', async () => {
    const first = await page({ limit: 3 });
    await insert('', 0);
    await database.rows('DELETE FROM things WHERE id = $1', [first.rows[2]?.id]);
    const { rows } = await page({ limit: 20, cursor: first.page.nextCursor ?? '' });
    const before = new Set(first.rows.map(({ id }) => id));
    expect(rows).toHaveLength(NAMES.length - 3);
    expect(rows.filter(({ id }) => before.has(id))).toEqual([]);
  });

  /** How often each statement of sixteen pages was run by a plan for any values. */
  async function generalPlans(name: string, filterOf: () => Conditions): Promise<{ generic: number }[]> {
    let cursor: string | undefined;
    for (let count = 0; count < 16; count += 1) {
      const list = { name, columns: 'id, created_at AS "createdAt"', from: 'many', id: 'id', filteredBy: [] };
      const all = { ...list, filter: filterOf(), order: NEWEST_FIRST };
      const { page: info } = await pager.page<Thing>(all, { limit: 20, cursor });
      cursor = info.nextCursor ?? undefined;
    }
    const text = `SELECT generic_plans::int AS generic FROM pg_prepared_statements
      WHERE starts_with(name, $1) ORDER BY generic`;
    return module.get(Sql).rows({ name: 'plans', text }, [name]);
  }

  describe('of many rows', () => {
    beforeAll(async () => {
      await database.rows(`CREATE TABLE many AS
        SELECT gen_random_uuid() AS id, now()::timestamptz(3) AS created_at FROM generate_series(1, 5000)`);
      await database.rows('CREATE INDEX ON many (created_at, id)');
      await database.rows('ANALYZE many');
    });

    it('has its pages planned once for all', async () => {
      // PostgreSQL judges after five executions; there was one page without a cursor, and fifteen with one.
      expect(await generalPlans('many.plain', () => new Conditions())).toEqual([{ generic: 0 }, { generic: 10 }]);
    });

    it('has them planned for the values of a filter where there are any', async () => {
      expect(await generalPlans('many.filtered', filtered)).toEqual([{ generic: 0 }, { generic: 0 }]);
    });
  });

  it('reads as many as it is asked for where these are more than clients may ask for', async () => {
    await database.rows(
      `INSERT INTO things SELECT gen_random_uuid(), 'one of many', now() FROM generate_series(1, 300)`,
    );
    expect((await page({ limit: 250 })).rows).toHaveLength(250);
    expect((await page({ limit: 100 })).rows).toHaveLength(100);
  });

  it('skips', async () => {
    const all = await idsInOrder(byName(false));
    expect((await page({ limit: 2, skip: 4 })).rows.map(({ id }) => id)).toEqual(all.slice(4, 6));
    expect((await page({ limit: 2, skip: 9 })).rows).toEqual([]);
  });

  it('counts on demand alone, and the same on every page', async () => {
    const first = await page({ limit: 4, count: 'exact' });
    expect(first.page.total).toBe(NAMES.length);
    const second = await page({ limit: 4, count: 'exact', cursor: first.page.nextCursor ?? '' });
    expect(second.page.total).toBe(NAMES.length);
    expect((await page({ limit: 4 })).page).not.toHaveProperty('total');
    expect((await page({ limit: 4, count: 'exact' }, NEWEST_FIRST, 'a')).page.total).toBe(2);
  });

  it.each([
    { name: 'another filter', order: byName(false), filter: 'a' },
    { name: 'the other direction', order: byName(true), filter: undefined },
    { name: 'another column', order: NEWEST_FIRST, filter: undefined },
  ])('refuses a cursor with $name', async ({ order, filter }) => {
    const { page: first } = await page({ limit: 2 });
    await expect(page({ limit: 2, cursor: first.nextCursor ?? '' }, order, filter)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: 'cursor', code: 'INVALID_CURSOR' }],
    });
  });

  it.each(['', 'forged', 'W10.AAAAAAAAAAAAAAAAAAAAAA'])('refuses the cursor "%s"', async (cursor) => {
    await expect(page({ limit: 2, cursor })).rejects.toMatchObject({ errors: [{ code: 'INVALID_CURSOR' }] });
  });
});
