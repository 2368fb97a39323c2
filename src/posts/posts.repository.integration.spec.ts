import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import { TestDatabase } from '../../test/support/test-database.js';
import { testSettings } from '../../test/support/test-settings.js';
import { newId } from '../common/ids/uuid.js';
import { AuditModule } from '../core/audit/audit.module.js';
import { ClockModule } from '../core/clock/clock.module.js';
import { ConfigModule } from '../core/config/config.module.js';
import { databaseProblem } from '../core/database/database-errors.js';
import { DatabaseModule } from '../core/database/database.module.js';
import { KeysModule } from '../core/keys/keys.module.js';
import { OutboxModule } from '../core/outbox/outbox.module.js';
import { PagingModule } from '../core/paging/paging.module.js';
import { User } from '../users/user.entity.js';
import { UsersModule } from '../users/users.module.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import { Post } from './post.entity.js';
import { PostsRepository, type NewPost, type PostRow, type Visibility } from './posts.repository.js';
import { PostsService } from './posts.service.js';

const EVERYBODY: Visibility = { authorId: undefined };
const NOON = new Date('2026-03-01T12:00:00.123Z');

const query = (members: Partial<ListPostsQuery> = {}): ListPostsQuery => ({
  limit: 20,
  status: 'published',
  ...members,
});

describe('posts on PostgreSQL', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let posts: PostsRepository;
  let transactions: TransactionHost;
  let ada: string;
  let bob: string;

  beforeAll(async () => {
    database = await TestDatabase.create();
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(testSettings(database.url)),
        DatabaseModule.forRoot([User, Post]),
        ClockModule,
        KeysModule,
        PagingModule,
        OutboxModule,
        AuditModule,
        UsersModule,
      ],
      providers: [PostsRepository, PostsService],
    }).compile();
    await module.init();
    posts = module.get(PostsRepository);
    transactions = module.get(TransactionHost);
  });

  beforeEach(async () => {
    await database.rows('TRUNCATE users, outbox_events CASCADE');
    [ada, bob] = [await author('Ada', 'Ada Lovelace'), await author('bob', null)];
  });

  afterAll(async () => {
    await module.close();
    await database.drop();
  });

  async function author(username: string, fullName: string | null): Promise<string> {
    const id = newId();
    await database.rows(
      `INSERT INTO users (id, email, email_key, username, username_key, full_name)
        VALUES ($1, $2 || '@example.com', lower($2) || '@example.com', $2, lower($2), $3)`,
      [id, username, fullName],
    );
    return id;
  }

  async function insert(slug: string, members: Partial<NewPost> = {}): Promise<PostRow> {
    const row = await posts.insert({
      id: newId(),
      authorId: ada,
      slug,
      title: slug,
      content: `Content of ${slug}`,
      excerpt: '',
      tags: [],
      status: 'published',
      publishedAt: members.status && members.status !== 'published' ? null : NOON,
      ...members,
    });
    if (!row) throw new Error(`The slug ${slug} is taken`);
    return row;
  }

  const slugs = async (members: Partial<ListPostsQuery> = {}, visibility = EVERYBODY): Promise<string[]> =>
    (await posts.page(query(members), visibility)).rows.map(({ slug }) => slug).sort();

  /** All pages one after another, with something done between them. */
  async function walk(members: Partial<ListPostsQuery>, between = async (_page: number) => {}): Promise<PostRow[]> {
    const seen: PostRow[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 50; page += 1) {
      const { rows, page: info } = await posts.page(query({ ...members, cursor }), EVERYBODY);
      seen.push(...rows);
      if (info.nextCursor === null) return seen;
      expect(rows).toHaveLength(info.limit);
      cursor = info.nextCursor;
      await between(page);
    }
    throw new Error('The walk has no end');
  }

  const change = async (id: string, members: Partial<Post>): Promise<void> =>
    transactions.withTransaction(async () => {
      const post = await posts.lockById(id);
      if (!post) throw new Error('It is not there');
      await posts.save(Object.assign(post, members));
    });

  const actor = () => ({ id: ada, role: 'user' as const, emailVerified: true, sessionId: newId() });

  const trash = async (table: 'users' | 'posts', id: string): Promise<unknown> =>
    database.rows(`UPDATE ${table} SET deleted_at = now() WHERE id = $1`, [id]);

  describe('insert and reading', () => {
    it('gives back the row with its author', async () => {
      const content = '# Ünïcode 🗞\r\n\ttext  ';
      const row = await insert('a-title', { content, tags: ['a', "b'c", 'd"e', 'f,g', 'null', ''] });
      expect(row).toEqual({
        id: expect.any(String),
        authorId: ada,
        authorUsername: 'Ada',
        authorFullName: 'Ada Lovelace',
        slug: 'a-title',
        title: 'a-title',
        content,
        excerpt: '',
        tags: ['a', "b'c", 'd"e', 'f,g', 'null', ''],
        status: 'published',
        publishedAt: NOON,
        publishAt: null,
        version: 1,
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
      });
      expect(await posts.byId(row.id)).toEqual(row);
      expect(await posts.byIdOrSlug(row.id)).toEqual(row);
      expect(await posts.byIdOrSlug(row.id.toUpperCase())).toEqual(row);
      expect(await posts.byIdOrSlug('a-title')).toEqual(row);
    });

    it.each(['A-Title', 'a-titl_', '', newId()])('finds nothing by "%s"', async (idOrSlug) => {
      await insert('a-title');
      expect(await posts.byIdOrSlug(idOrSlug)).toBeUndefined();
    });

    it('makes no row where the slug is taken, so that another is tried in the same transaction', async () => {
      await insert('news');
      await transactions.withTransaction(async () => {
        await expect(insert('news')).rejects.toThrow('is taken');
        await insert('news-2');
      });
      expect(await slugs()).toEqual(['news', 'news-2']);
    });

    it('frees the slug of a post in the trash', async () => {
      const first = await insert('news');
      await trash('posts', first.id);
      const second = await insert('news');
      expect(await posts.byIdOrSlug('news')).toMatchObject({ id: second.id });
      expect(await posts.byId(first.id)).toBeUndefined();
    });

    it('hides the posts of an account that is deleted', async () => {
      const { id } = await insert('news');
      await insert('other', { authorId: bob });
      await trash('users', ada);
      expect(await posts.byId(id)).toBeUndefined();
      expect(await posts.byIdOrSlug('news')).toBeUndefined();
      expect(await slugs()).toEqual(['other']);
      expect((await posts.page(query({ count: 'exact' }), EVERYBODY)).page.total).toBe(1);
    });
  });

  describe('page', () => {
    beforeEach(async () => {
      await insert('published');
      await insert('tagged', { tags: ['writing', 'how to'] });
      await insert('of-bob', { authorId: bob, tags: ['writing'] });
      await insert('draft', { status: 'draft' });
      await insert('draft-of-bob', { status: 'draft', authorId: bob });
      await insert('scheduled', { status: 'scheduled' });
      await trash('posts', (await insert('trashed')).id);
    });

    it.each([
      { members: {}, found: ['of-bob', 'published', 'tagged'] },
      { members: { status: 'draft' }, found: ['draft', 'draft-of-bob'] },
      { members: { status: 'scheduled' }, found: ['scheduled'] },
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
      const { page } = await posts.page(query({ ...members, count: 'exact', limit: 1 }), EVERYBODY);
      expect(page).toMatchObject({ total: found.length, hasMore: found.length > 1 });
    });

    it('takes the id of an author too', async () => {
      expect(await slugs({ author: bob })).toEqual(['of-bob']);
      expect(await slugs({ author: newId() })).toEqual([]);
    });

    it('shows of one author alone, whatever else is asked for', async () => {
      expect(await slugs({ status: 'draft' }, { authorId: ada })).toEqual(['draft']);
      expect(await slugs({ status: 'draft', author: 'bob' }, { authorId: ada })).toEqual([]);
      expect(await slugs({}, { authorId: bob })).toEqual(['of-bob']);
    });

    it.each([
      { other: { status: 'draft' }, visibility: EVERYBODY },
      { other: { tag: 'writing' }, visibility: EVERYBODY },
      { other: { author: 'ada' }, visibility: EVERYBODY },
      { other: {}, visibility: { authorId: newId() } },
    ] as const)('refuses a cursor of another list: $other $visibility', async ({ other, visibility }) => {
      const { page } = await posts.page(query({ limit: 1 }), EVERYBODY);
      await expect(
        posts.page(query({ ...other, limit: 1, cursor: page.nextCursor ?? '' }), visibility),
      ).rejects.toMatchObject({ errors: [{ field: 'cursor', code: 'INVALID_CURSOR' }] });
    });
  });

  describe('walking through pages', () => {
    const COUNT = 23;
    const expected = Array.from({ length: COUNT }, (_, index) => `post-${index}`).sort();

    async function insertMany(status: 'published' | 'draft'): Promise<void> {
      for (let index = 0; index < COUNT; index += 1) {
        // Runs of five share one moment, so that ties fall on the borders of pages.
        const shown = new Date(NOON.getTime() + Math.floor(index / 5));
        await insert(`post-${index}`, { status, publishedAt: status === 'published' ? shown : null });
        await database.rows('UPDATE posts SET created_at = $2 WHERE slug = $1', [`post-${index}`, shown]);
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
        await insert(`newer-${page}`, { publishedAt: new Date(NOON.getTime() + 60_000) });
        await insert(`tie-${page}`, { publishedAt: new Date(NOON.getTime() + 4) });
        await insert(`older-${page}`, { publishedAt: new Date(NOON.getTime() - 60_000) });
      });
      const seenSlugs = seen.map(({ slug }) => slug);
      expect(seenSlugs.filter((slug) => slug.startsWith('post-')).sort()).toEqual(expected);
      expect(new Set(seenSlugs).size).toBe(seenSlugs.length);
      expect(seenSlugs.filter((slug) => slug.startsWith('newer-'))).toEqual([]);
    });

    it('skips', async () => {
      await insertMany('published');
      const all = await walk({ limit: 23 });
      const { rows, page } = await posts.page(query({ limit: 3, skip: 20 }), EVERYBODY);
      expect(rows.map(({ id }) => id)).toEqual(all.slice(20).map(({ id }) => id));
      expect(page.hasMore).toBe(false);
    });
  });

  describe('saving', () => {
    it('counts the version and notes when', async () => {
      const { id } = await insert('news');
      await database.rows("UPDATE posts SET updated_at = '2026-01-01'");
      await change(id, { title: 'New', tags: ['x'] });
      const row = await posts.byId(id);
      expect(row).toMatchObject({ title: 'New', tags: ['x'], version: 2, slug: 'news' });
      expect(row?.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    });

    it('counts the version even where nothing else changes', async () => {
      const { id } = await insert('news');
      await change(id, {});
      expect(await posts.byId(id)).toMatchObject({ version: 2 });
    });

    it('loses none of ten changes made at once', async () => {
      const { id } = await insert('news');
      await Promise.all(
        Array.from({ length: 10 }, async () =>
          transactions.withTransaction(async () => {
            const post = await posts.lockById(id);
            if (post) await posts.save(Object.assign(post, { title: `${post.title}+` }));
          }),
        ),
      );
      expect(await posts.byId(id)).toMatchObject({ version: 11, title: `news${'+'.repeat(10)}` });
    });

    it('tells a taken slug by its own code, and changes nothing', async () => {
      await insert('taken');
      const { id } = await insert('news');
      const error: unknown = await change(id, { slug: 'taken', title: 'New' }).catch((thrown: unknown) => thrown);
      expect(databaseProblem(error)?.code).toBe('SLUG_TAKEN');
      expect(await posts.byId(id)).toMatchObject({ slug: 'news', title: 'news', version: 1 });
    });

    it('locks nothing that is in the trash', async () => {
      const { id } = await insert('news');
      await trash('posts', id);
      await transactions.withTransaction(async () => expect(await posts.lockById(id)).toBeNull());
    });
  });

  describe('PostsService', () => {
    it('finds a slug for each of many posts of one title written at once', async () => {
      const service = module.get(PostsService);
      const rows = await Promise.all(
        Array.from({ length: 8 }, async () => service.create(actor(), { title: 'News', content: '' })),
      );
      expect(new Set(rows.map(({ slug }) => slug)).size).toBe(8);
      expect(rows.every(({ slug }) => /^news(-\w+)?$/.test(slug))).toBe(true);
    });

    it('lets one of two writers who saw the same version win', async () => {
      const service = module.get(PostsService);
      const { id } = await insert('news');
      const outcomes = await Promise.allSettled(
        ['one', 'other'].map(async (title) => service.patch(actor(), id, `"${id}.1"`, { title })),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'VERSION_MISMATCH' },
      });
      expect(await posts.byId(id)).toMatchObject({ version: 2 });
    });

    it('publishes once, however many ask at once', async () => {
      const service = module.get(PostsService);
      const { id } = await insert('news', { status: 'draft' });
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, async () => service.publish(actor(), id)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await posts.byId(id)).toMatchObject({ status: 'published', version: 2 });
    });

    it('shows nothing of an author who is deleted', async () => {
      const service = module.get(PostsService);
      await insert('news');
      expect((await service.pageOfAuthor(ada, { limit: 5 })).rows).toHaveLength(1);
      await trash('users', ada);
      await expect(service.pageOfAuthor(ada, { limit: 5 })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    });
  });
});
