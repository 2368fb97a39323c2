import { Client } from 'pg';
import { TestDatabase } from '../../test/support/test-database.js';
import { isUuid } from '../common/ids/uuid.js';
import { excerptFrom } from '../posts/excerpt.js';
import type { Post } from '../posts/post.entity.js';
import { SLUG_PATTERN } from '../posts/slugs/slug.js';
import { generatePosts, generateUsers, NoAuthorsError } from './generated-data.js';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const POSTS = 400;

const texts = ({ slug, content }: Pick<Post, 'slug' | 'content'>) => ({ slug, content });

describe('generated data', () => {
  let database: TestDatabase;
  let client: Client;

  beforeEach(async () => {
    database = await TestDatabase.create();
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
    await database.drop();
  });

  const posts = () =>
    database.rows<Pick<Post, 'id' | 'slug' | 'title' | 'content' | 'excerpt' | 'tags' | 'status' | 'version'>>(
      'SELECT * FROM posts ORDER BY created_at',
    );

  it('has posts as the API would have made them', async () => {
    await generateUsers(client, null, { count: 20, now: NOW });
    await generatePosts(client, { count: POSTS, now: NOW });

    const made = await posts();
    expect(made).toHaveLength(POSTS);
    for (const post of made) {
      expect(isUuid(post.id)).toBe(true);
      expect(post.slug).toMatch(SLUG_PATTERN);
      expect(post.excerpt).toBe(excerptFrom(post.content));
      expect(post.content.length).toBeGreaterThan(700);
      expect(post.content.length).toBeLessThan(7_000);
      expect(post.tags.length).toBeGreaterThan(0);
      expect(new Set(post.tags).size).toBe(post.tags.length);
    }
    const published = made.filter(({ status }) => status === 'published').length;
    expect(published / POSTS).toBeGreaterThan(0.9);
    expect(published).toBeLessThan(POSTS);
  });

  it('lies within the two years before now, and ids sort by their time', async () => {
    await generateUsers(client, null, { count: 1, now: NOW });
    await generatePosts(client, { count: POSTS, now: NOW });

    const outside = await database.rows(
      `SELECT FROM posts WHERE published_at > $1 OR published_at < $1::timestamptz - interval '731 days'
         OR created_at > coalesce(published_at, updated_at)`,
      [NOW],
    );
    expect(outside).toEqual([]);
    const ids = (await posts()).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  it('is the same text for the same number, and goes on counting in the next run', async () => {
    await generateUsers(client, null, { count: 5, now: NOW });
    await generateUsers(client, null, { count: 5, now: NOW });
    const addresses = await database.rows<{ email: string }>('SELECT email FROM users');
    expect(addresses.map(({ email }) => email)).toContain('seed-user-10@example.com');

    await generatePosts(client, { count: 3, now: NOW });
    const first = await posts();
    await database.rows('DELETE FROM posts');
    await generatePosts(client, { count: 3, now: NOW });
    await generatePosts(client, { count: 3, now: new Date(NOW.getTime() + 1_000) });
    const again = await posts();

    expect(again).toHaveLength(6);
    expect(again.map(texts)).toEqual(expect.arrayContaining(first.map(texts)));
  });

  it('leaves other accounts and their posts alone', async () => {
    await expect(generatePosts(client, { count: 1 })).rejects.toThrow(NoAuthorsError);
    await generateUsers(client, 'v1:hash', { count: 1 });
    await database.rows("UPDATE users SET email_key = 'somebody@example.com'");
    await expect(generatePosts(client, { count: 1 })).rejects.toThrow(NoAuthorsError);
    await expect(posts()).resolves.toEqual([]);
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const progress: number[] = [];
    await generateUsers(client, null, { count: 5_001, onProgress: (added) => progress.push(added) });
    expect(progress).toEqual([5_000, 5_001]);

    const signal = AbortSignal.abort();
    await expect(generatePosts(client, { count: 1, signal })).rejects.toBe(signal.reason);
  });
});
