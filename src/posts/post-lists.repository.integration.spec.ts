import { PUBLISHED_AT, TestPosts } from '../../test/support/test-posts.js';
import { newId } from '../common/ids/uuid.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import { PostListsRepository, type Visibility } from './post-lists.repository.js';
import type { PostRow } from './post-row.js';

const EVERYBODY: Visibility = { authorId: undefined };

const query = (members: Partial<ListPostsQuery> = {}): ListPostsQuery => ({
  limit: 20,
  status: 'published',
  ...members,
});

describe('lists of posts on PostgreSQL', () => {
  let posts: TestPosts;
  let lists: PostListsRepository;

  beforeAll(async () => {
    posts = await TestPosts.start();
    lists = posts.module.get(PostListsRepository);
  });

  beforeEach(() => posts.reset());

  afterAll(() => posts.stop());

  const slugs = async (members: Partial<ListPostsQuery> = {}, visibility = EVERYBODY): Promise<string[]> =>
    (await lists.page(query(members), visibility)).rows.map(({ slug }) => slug).sort();

  /** All pages one after another, with something done between them. */
  async function walk(members: Partial<ListPostsQuery>, between = async (_page: number) => {}): Promise<PostRow[]> {
    const seen: PostRow[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 50; page += 1) {
      const { rows, page: info } = await lists.page(query({ ...members, cursor }), EVERYBODY);
      seen.push(...rows);
      if (info.nextCursor === null) return seen;
      expect(rows).toHaveLength(info.limit);
      cursor = info.nextCursor;
      await between(page);
    }
    throw new Error('The walk has no end');
  }

  describe('page', () => {
    beforeEach(async () => {
      await posts.insert('published');
      await posts.insert('tagged', { tags: ['writing', 'how to'] });
      await posts.insert('of-bob', { authorId: posts.bob, tags: ['writing'] });
      await posts.insert('draft', { status: 'draft' });
      await posts.insert('draft-of-bob', { status: 'draft', authorId: posts.bob });
      await posts.insert('scheduled', { status: 'scheduled' });
      await posts.trash('posts', (await posts.insert('trashed')).id);
    });

    it.each([
      { members: {}, found: ['of-bob', 'published', 'tagged'] },
      { members: { status: 'draft' }, found: ['draft', 'draft-of-bob'] },
      { members: { status: 'scheduled' }, found: ['scheduled'] },
      { members: { status: 'trashed' }, found: ['trashed'] },
      { members: { tag: 'writing' }, found: ['of-bob', 'tagged'] },
      { members: { tag: 'how to' }, found: ['tagged'] },
      { members: { tag: 'writ' }, found: [] },
      { members: { tag: "'}' OR true --" }, found: [] },
      { members: { author: 'ada' }, found: ['published', 'tagged'] },
      { members: { author: 'ADA' }, found: ['published', 'tagged'] },
      { members: { author: 'nobody' }, found: [] },
      { members: { author: '%' }, found: [] },
      { members: { author: 'bob', tag: 'writing' }, found: ['of-bob'] },
      { members: { author: 'bob', tag: 'how to' }, found: [] },
    ] as const)('shows everybody, asked for $members: $found', async ({ members, found }) => {
      expect(await slugs(members)).toEqual(found);
      const { page } = await lists.page(query({ ...members, count: 'exact', limit: 1 }), EVERYBODY);
      expect(page).toMatchObject({ total: found.length, hasMore: found.length > 1 });
    });

    it('takes the id of an author too', async () => {
      expect(await slugs({ author: posts.bob })).toEqual(['of-bob']);
      expect(await slugs({ author: newId() })).toEqual([]);
    });

    it('shows of one author alone, whatever else is asked for', async () => {
      expect(await slugs({ status: 'draft' }, { authorId: posts.ada })).toEqual(['draft']);
      expect(await slugs({ status: 'draft', author: 'bob' }, { authorId: posts.ada })).toEqual([]);
      expect(await slugs({}, { authorId: posts.bob })).toEqual(['of-bob']);
    });

    it('hides the posts of an account that is deleted', async () => {
      await posts.trash('users', posts.ada);
      expect(await slugs()).toEqual(['of-bob']);
      expect((await lists.page(query({ count: 'exact' }), EVERYBODY)).page.total).toBe(1);
    });

    it.each([
      { other: { status: 'draft' }, visibility: EVERYBODY },
      { other: { tag: 'writing' }, visibility: EVERYBODY },
      { other: { author: 'ada' }, visibility: EVERYBODY },
      { other: {}, visibility: { authorId: newId() } },
    ] as const)('refuses a cursor of another list: $other $visibility', async ({ other, visibility }) => {
      const { page } = await lists.page(query({ limit: 1 }), EVERYBODY);
      await expect(
        lists.page(query({ ...other, limit: 1, cursor: page.nextCursor ?? '' }), visibility),
      ).rejects.toMatchObject({ errors: [{ field: 'cursor', code: 'INVALID_CURSOR' }] });
    });
  });

  describe('walking through pages', () => {
    const COUNT = 23;
    const expected = Array.from({ length: COUNT }, (_, index) => `post-${index}`).sort();

    async function insertMany(status: 'published' | 'draft'): Promise<void> {
      for (let index = 0; index < COUNT; index += 1) {
        // Runs of five share one moment, so that ties fall on the borders of pages.
        const shown = new Date(PUBLISHED_AT.getTime() + Math.floor(index / 5));
        await posts.insert(`post-${index}`, { status, publishedAt: status === 'published' ? shown : null });
        await posts.database.rows('UPDATE posts SET created_at = $2 WHERE slug = $1', [`post-${index}`, shown]);
      }
    }

    it.each([
      { status: 'published', limit: 1 },
      { status: 'published', limit: 4 },
      { status: 'published', limit: 5 },
      { status: 'published', limit: 23 },
      { status: 'draft', limit: 4 },
      { status: 'draft', limit: 5 },
    ] as const)(
      '$limit by $limit of the $status ones comes to the end, without gap or repetition',
      async ({ status, limit }) => {
        await insertMany(status);
        const seen = await walk({ status, limit });
        expect(seen.map(({ slug }) => slug).sort()).toEqual(expected);
        const times = seen.map(({ publishedAt, createdAt }) => (publishedAt ?? createdAt).getTime());
        expect(times).toEqual([...times].sort((one, other) => other - one));
      },
    );

    it('is not put out by posts that appear and disappear meanwhile', async () => {
      await insertMany('published');
      const seen = await walk({ limit: 4 }, async (page) => {
        await posts.insert(`newer-${page}`, { publishedAt: new Date(PUBLISHED_AT.getTime() + 60_000) });
        await posts.insert(`tie-${page}`, { publishedAt: new Date(PUBLISHED_AT.getTime() + 4) });
        await posts.insert(`older-${page}`, { publishedAt: new Date(PUBLISHED_AT.getTime() - 60_000) });
      });
      const seenSlugs = seen.map(({ slug }) => slug);
      expect(seenSlugs.filter((slug) => slug.startsWith('post-')).sort()).toEqual(expected);
      expect(new Set(seenSlugs).size).toBe(seenSlugs.length);
      expect(seenSlugs.filter((slug) => slug.startsWith('newer-'))).toEqual([]);
    });

    it('skips', async () => {
      await insertMany('published');
      const all = await walk({ limit: 23 });
      const { rows, page } = await lists.page(query({ limit: 3, skip: 20 }), EVERYBODY);
      expect(rows.map(({ id }) => id)).toEqual(all.slice(20).map(({ id }) => id));
      expect(page.hasMore).toBe(false);
    });
  });
});
