import type { ClientBase } from 'pg';
import { excerptFrom } from '../posts/excerpt.js';

/** Accounts and posts in any number, made by PostgreSQL itself; the same number makes the same text each time. */

export const MAX_GENERATED_USERS = 1_000_000;
export const MAX_GENERATED_POSTS = 5_000_000;
/** Of every generated account, where they have one. */
export const GENERATED_PASSWORD = 'broadsheet seed';

/** Rows a statement: large enough to be quick, small enough to be stopped and shown in between. */
const BATCH = 5_000;
const TWO_YEARS = 2 * 365 * 86_400_000;
const PUBLISHED_PERCENT = 95;

export interface Generation {
  /** How many to add. */
  count: number;
  /** Called after every batch with the number added so far. */
  onProgress?: (added: number) => void;
  /** Stops between two batches, with its reason as the error. */
  signal?: AbortSignal;
  /** Dates are spread evenly over the two years before this moment. */
  now?: Date;
}

/**
 * Adds accounts `seed-user-1@example.com` and so on, numbered from the highest that is there.
 * @param passwordHash null for accounts that nobody can sign in to
 */
export async function generateUsers(client: ClientBase, passwordHash: string | null, run: Generation): Promise<void> {
  const { first } = await one<{ first: number }>(client, FIRST_USER);
  await inBatches(run, first, async (from, to, begin, step) => {
    await client.query(INSERT_USERS, [from, to, first, begin, step, passwordHash, FIRST_NAMES, LAST_NAMES]);
  });
}

/**
 * Adds posts by the generated accounts, oldest first, as they would have come in.
 * @throws NoAuthorsError when there are no generated accounts
 */
export async function generatePosts(client: ClientBase, run: Generation): Promise<void> {
  if (run.count === 0) return;
  await client.query(DROP_AUTHORS);
  await client.query(CREATE_AUTHORS);
  const { authors } = await one<{ authors: number }>(client, COUNT_AUTHORS);
  if (authors === 0) throw new NoAuthorsError();

  const { first } = await one<{ first: number }>(client, FIRST_POST);
  const sources = [TITLE_BEGINNINGS, TITLE_SUBJECTS, TITLE_ENDINGS, OPENINGS, EXCERPTS, PARAGRAPHS, TAGS];
  await inBatches(run, first, async (from, to, begin, step) => {
    await client.query(INSERT_POSTS, [from, to, first, begin, step, authors, ...sources]);
  });
  await client.query(DROP_AUTHORS);
}

/** Posts are to be generated, and there is no generated account to have written them. */
export class NoAuthorsError extends Error {
  constructor() {
    super('There are no generated accounts to write the posts; add some with --users');
  }
}

type InsertBatch = (from: number, to: number, begin: Date, step: number) => Promise<void>;

/** @param insert gets the first and last number, the time of the very first one and the seconds from one to the next */
async function inBatches(run: Generation, first: number, insert: InsertBatch): Promise<void> {
  const { count, now = new Date(), onProgress, signal } = run;
  const begin = new Date(now.getTime() - TWO_YEARS);
  for (let added = 0; added < count;) {
    signal?.throwIfAborted();
    const batch = Math.min(BATCH, count - added);
    await insert(first + added, first + added + batch - 1, begin, TWO_YEARS / 1_000 / count);
    added += batch;
    onProgress?.(added);
  }
}

async function one<Row extends object>(client: ClientBase, text: string): Promise<Row> {
  const { rows } = await client.query<Row>(text);
  return rows[0] as Row;
}

/** SQL for one of `choices` numbers from 1 up: always the same for one key, and independent between salts. */
const pick = (key: string, salt: number, choices: number | string): string =>
  `(1 + abs(hashint8extended(${key}, ${salt}) % ${choices}))::int`;

const pickOf = (array: string, key: string, salt: number): string =>
  `(${array}::text[])[${pick(key, salt, `cardinality(${array}::text[])`)}]`;

/** SQL for a UUIDv7 of this time, since PostgreSQL has its own only from 18 on. */
const uuidV7 = (time: string): string =>
  `(lpad(to_hex((extract(epoch FROM ${time}) * 1000)::bigint), 12, '0')
    || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`;

/** The numbers of a batch with their times: $1 to $2, where $3 lies at $4 and each next one $5 seconds later. */
const NUMBERS = `SELECT n, ($4::timestamptz + (n - $3::bigint) * make_interval(secs => $5::float8))::timestamptz(3) AS at
  FROM generate_series($1::bigint, $2::bigint) AS n`;

const FIRST_USER = String.raw`
  SELECT 1 + coalesce(max(substring(email_key FROM '^seed-user-(\d{1,8})@')::int), 0) AS first
  FROM users WHERE email_key LIKE 'seed-user-%'`;

const INSERT_USERS = `
  INSERT INTO users (id, email, email_key, email_verified_at, username, username_key, full_name, password_hash,
    sessions_valid_from, created_at, updated_at)
  SELECT ${uuidV7('at')}, name || '@example.com', name || '@example.com', at, name, name,
    ${pickOf('$7', 'n', 1)} || ' ' || ${pickOf('$8', 'n', 2)}, $6::text, at, at, at
  FROM (SELECT n, at, 'seed-user-' || n AS name FROM (${NUMBERS}) AS numbers) AS named`;

// Numbered without gaps, so that an author is found by a number; those of deleted accounts are left out.
const DROP_AUTHORS = 'DROP TABLE IF EXISTS pg_temp.seed_authors';
const CREATE_AUTHORS = `
  CREATE TEMPORARY TABLE seed_authors AS
    SELECT row_number() OVER (ORDER BY created_at, id)::int AS place, id FROM users
    WHERE email_key LIKE 'seed-user-%' AND deleted_at IS NULL;
  CREATE UNIQUE INDEX ON pg_temp.seed_authors (place);
  ANALYZE pg_temp.seed_authors`;
const COUNT_AUTHORS = 'SELECT count(*)::int AS authors FROM pg_temp.seed_authors';

const FIRST_POST = String.raw`
  SELECT 1 + coalesce(max(substring(slug FROM '-seed-(\d{1,9})$')::int), 0) AS first FROM posts
  WHERE slug LIKE '%-seed-%' AND deleted_at IS NULL`;

const CONTENT = `${pickOf('$10', 'n', 4)} || (
  SELECT string_agg(E'\\n\\n' || ${pickOf('$12', 'n * 16 + place', 5)}, '' ORDER BY place)
  FROM generate_series(1, 1 + ${pick('n', 6, 12)}) AS place)`;

const POST_TAGS = `ARRAY(
  SELECT DISTINCT ${pickOf('$13', 'n * 8 + place', 7)} FROM generate_series(1, ${pick('n', 8, 4)}) AS place)`;

// Begun up to three days before it was published, and not changed since.
const INSERT_POSTS = `
  INSERT INTO posts (id, author_id, slug, title, content, excerpt, tags, status, published_at, version,
    created_at, updated_at)
  SELECT ${uuidV7('begun_at')}, author.id,
    regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g') || '-seed-' || n,
    title, ${CONTENT}, ${pickOf('$11', 'n', 4)}, ${POST_TAGS},
    CASE WHEN is_published THEN 'published' ELSE 'draft' END,
    CASE WHEN is_published THEN at END,
    CASE WHEN is_published THEN 2 ELSE 1 END,
    begun_at, CASE WHEN is_published THEN at ELSE begun_at END
  FROM (
    SELECT n, at, at - make_interval(mins => ${pick('n', 9, 4_320)}) AS begun_at,
      ${pick('n', 10, 100)} <= ${PUBLISHED_PERCENT} AS is_published,
      ${pickOf('$7', 'n', 11)} || ' ' || ${pickOf('$8', 'n', 12)} || ' ' || ${pickOf('$9', 'n', 13)} AS title
    FROM (${NUMBERS}) AS numbers
  ) AS drafted
  JOIN pg_temp.seed_authors AS author ON author.place = ${pick('n', 14, '$6::int')}
  ORDER BY n`;

const words = (text: string): string[] => text.trim().split(/\s+/);
const phrases = (text: string): string[] => text.trim().split(/\s*,\s*/);

const FIRST_NAMES = words(`Ada Amara Anton Beatriz Björn Chidi Clara Dmitri Elif Emeka Farah Grace Hana Ines Ivan Jonas
  Kofi Lena Linh Mara Mateo Mei Nadia Noor Olga Omar Paulo Priya Quentin Rosa Sven Tala Uma Víctor Wanda Yusuf Zoë`);
const LAST_NAMES = words(`Abara Bergström Costa Dietrich Eriksen Fontaine García Haddad Ibarra Jansen Kowalski Laurent
  Moreau Nakamura Okafor Petrov Quispe Rossi Serrano Tanaka Ueda Vargas Weber Xu Yamada Zielinski`);

const TAGS = words(`writing editing history science cities travel food music design typography reading newsroom law
  climate health money sport language photography how-to`);

const TITLE_BEGINNINGS = phrases(`How we lost, What nobody says about, A short history of, In praise of, Notes on,
  The quiet return of, Why we still need, Learning from, Against, A field guide to, The price of, Five lessons from,
  The people behind, Looking again at, The last days of, A beginner's view of`);
const TITLE_SUBJECTS =
  phrases(`the evening paper, the night train, the harbour market, the public library, the lighthouse,
  the corner bakery, the weather map, the city tram, the telegraph office, the school garden, the printing press,
  the river ferry, the radio tower, the mountain hut, the village square, the reading room, the street lamp,
  the tide table, the apple orchard, the glass factory, the night shift, the letter box`);
const TITLE_ENDINGS = phrases(`in the north, after the war, before the flood, on a small budget, in one afternoon,
  without a map, by the sea, at the end of the line, in plain words, for the curious, and what came next,
  since last summer, in a dry year, from the inside, on a Sunday`);

const VOCABULARY = words(`the the the the of of of and and and to to in in a a a is that it for on with as was at by not
  from this had were but or an they which one all we there been has when who more out so said what up its about into
  than them can only other new some could time these two may then first any my now such like our over man even most made
  after also did many before must through back years where much your way well down should because each just those people
  how too little state good very make world still own see men work long get here between both life being under never day
  same another know while last might us great old year off come since against go came right used take three market harbour
  paper morning letter window street river bridge garden station engine printer editor reader column headline margin
  kitchen bread coffee winter summer evening weather storm island mountain valley forest orchard field village council
  budget office archive record picture camera colour paint sound music silence voice story chapter sentence paragraph
  question answer reason habit mistake patience craft trade market signal distance measure number figure table journey
  ticket platform neighbour teacher student doctor farmer sailor carpenter café façade naïve rôle`);

const PARAGRAPH_COUNT = 400;
const OPENING_COUNT = 100;

/** The same sequence each time (mulberry32): a whole number from 0 to below `limit`. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

type Random = ReturnType<typeof sequence>;

function sentence(random: Random): string {
  const chosen = Array.from({ length: 8 + random(12) }, () => VOCABULARY[random(VOCABULARY.length)] ?? '');
  if (random(3) === 0) chosen[4] += ',';
  if (random(8) === 0) chosen[6] = `*${chosen[6]}*`;
  const text = chosen.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const prose = (random: Random, sentences: number): string =>
  Array.from({ length: sentences }, () => sentence(random)).join(' ');

/** Mostly prose, with the headings, lists and quotations of Markdown in between. */
function paragraph(random: Random): string {
  const kind = random(10);
  if (kind === 0) return `## ${sentence(random).slice(0, -1)}\n\n${prose(random, 3)}`;
  if (kind === 1) return Array.from({ length: 4 }, () => `- ${sentence(random)}`).join('\n');
  if (kind === 2) return `> “${sentence(random)}” — ${sentence(random)}`;
  return prose(random, 3 + random(4));
}

const texts = sequence(1833);
// Of prose alone, and longer than an excerpt, which is therefore that of the whole post.
const OPENINGS = Array.from({ length: OPENING_COUNT }, () => prose(texts, 5));
const EXCERPTS = OPENINGS.map((opening) => excerptFrom(opening));
const PARAGRAPHS = Array.from({ length: PARAGRAPH_COUNT }, () => paragraph(texts));
