import { TestDatabase } from '../../../test/support/test-database.js';
import { latestMatches } from './latest-matches.js';

const EVERYTHING = 's.published_at IS NOT NULL';
/** Posts of the table, one published each minute; the first is the oldest. */
const POSTS = 1_200;

/** Every tenth post is not published. */
const published = (first: number, last: number): number[] =>
  Array.from({ length: first - last + 1 }, (_, place) => first - place).filter((n) => n % 10 > 0);

describe('the latest matches of a search', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
    await database.rows(`INSERT INTO users (id, email, email_key, username, username_key)
      VALUES ('00000000-0000-0000-0000-000000000001', 'a@example.com', 'a@example.com', 'a', 'a')`);
    await database.rows(
      `INSERT INTO posts (id, author_id, slug, title, content, excerpt)
        SELECT lpad(to_hex(n), 32, '0')::uuid, '00000000-0000-0000-0000-000000000001', n, n, '', ''
        FROM generate_series(1, ${POSTS}) AS n`,
    );
  });

  beforeEach(() => database.rows('DELETE FROM post_search'));

  afterAll(() => database.drop());

  /** @param words what the posts consist of, from when on, as SQL of their number `n` */
  const index = (words: string): Promise<unknown> =>
    database.rows(
      `INSERT INTO post_search (post_id, published_at, language, search)
        SELECT lpad(to_hex(n), 32, '0')::uuid,
          CASE WHEN n % 10 > 0 THEN '2026-01-01'::timestamptz + n * interval '1 minute' END, 'english', to_tsvector('english', ${words})
        FROM generate_series(1, ${POSTS}) AS n`,
    );

  /** The numbers of the posts that are found, newest first. */
  const found = async (word: string, bounds = EVERYTHING): Promise<number[]> => {
    const rows = await database.rows<{ n: number }>(
      `SELECT ('x' || right(s.post_id::text, 8))::bit(32)::int AS n FROM ${latestMatches(`'${word}'::tsquery`, bounds)}
        ORDER BY s.published_at DESC`,
    );
    return rows.map(({ n }) => n);
  };

  it('are 200 where all match', async () => {
    await index(`'apple'`);

    expect(await found('appl')).toEqual(published(POSTS, 900).slice(0, 200));
  });

  it('are 200 where one in three matches, which are not all in the sample', async () => {
    await index(`CASE WHEN n % 3 = 0 THEN 'apple' ELSE 'pear' END`);

    const all = published(POSTS, 1).filter((n) => n % 3 === 0);
    expect(await found('appl')).toEqual(all.slice(0, 200));
  });

  it('are all of those that became rare with time', async () => {
    await index(`CASE WHEN n <= 40 THEN 'apple' ELSE 'pear' END`);

    expect(await found('appl')).toEqual(published(40, 1));
  });

  it('are all of those that are frequent lately, and were not before', async () => {
    await index(`CASE WHEN n > 1160 OR n < 20 THEN 'apple' ELSE 'pear' END`);

    expect(await found('appl')).toEqual([...published(POSTS, 1161), ...published(19, 1)]);
  });

  it('are those between the bounds', async () => {
    await index(`'apple'`);
    const within = `${EVERYTHING} AND s.published_at < '2026-01-01T00:21:00Z' AND s.published_at >= '2026-01-01T00:05:00Z'`;

    expect(await found('appl', within)).toEqual(published(20, 5));
  });

  it('are none where none match', async () => {
    await index(`'pear'`);

    expect(await found('appl')).toEqual([]);
  });
});
