import { PUBLISHED_AT, TestPosts } from '../../test/support/test-posts.js';
import { newId } from '../common/ids/uuid.js';
import { databaseProblem } from '../core/database/database-errors.js';
import type { PostRow } from './post-row.js';
import type { Post } from './post.entity.js';
import { PostsRepository } from './posts.repository.js';
import { PostsService } from './posts.service.js';
import { ScheduledPosts } from './scheduled-posts.js';

describe('posts on PostgreSQL', () => {
  let posts: TestPosts;
  let repository: PostsRepository;

  beforeAll(async () => {
    posts = await TestPosts.start();
    repository = posts.repository;
  });

  beforeEach(() => posts.reset());

  afterAll(() => posts.stop());

  const change = async (id: string, members: Partial<Post>, editorId: string | null = posts.ada): Promise<PostRow> =>
    posts.transactions.withTransaction(async () => {
      const post = await repository.lockById(id);
      if (!post) throw new Error('It is not there');
      return repository.update(Object.assign(post, members), editorId);
    });

  const actor = () => ({ id: posts.ada, role: 'user' as const, emailVerified: true, sessionId: newId() });

  describe('insert and reading', () => {
    it('gives back the row with its author', async () => {
      const content = '# Ünïcode 🗞\r\n\ttext  ';
      const row = await posts.insert('a-title', { content, tags: ['a', "b'c", 'd"e', 'f,g', 'null', ''] });
      expect(row).toEqual({
        id: expect.any(String),
        authorId: posts.ada,
        authorUsername: 'Ada',
        authorFullName: 'Ada Lovelace',
        slug: 'a-title',
        title: 'a-title',
        content,
        excerpt: '',
        tags: ['a', "b'c", 'd"e', 'f,g', 'null', ''],
        status: 'published',
        publishedAt: PUBLISHED_AT,
        publishAt: null,
        version: 1,
        createdAt: expect.any(Date),
        updatedAt: expect.any(Date),
      });
      expect(await repository.byId(row.id)).toEqual(row);
      expect(await repository.byIdOrSlug(row.id)).toEqual(row);
      expect(await repository.byIdOrSlug(row.id.toUpperCase())).toEqual(row);
      expect(await repository.byIdOrSlug('a-title')).toEqual(row);
    });

    it.each(['A-Title', 'a-titl_', '', newId()])('finds nothing by "%s"', async (idOrSlug) => {
      await posts.insert('a-title');
      expect(await repository.byIdOrSlug(idOrSlug)).toBeUndefined();
    });

    it('makes no row where the slug is taken, so that another is tried in the same transaction', async () => {
      await posts.insert('news');
      await posts.transactions.withTransaction(async () => {
        await expect(posts.insert('news')).rejects.toThrow('is taken');
        await posts.insert('news-2');
      });
      const slugs = await posts.database.rows('SELECT slug FROM posts ORDER BY slug');
      expect(slugs).toEqual([{ slug: 'news' }, { slug: 'news-2' }]);
    });

    it('frees the slug of a post in the trash', async () => {
      const first = await posts.insert('news');
      await posts.trash('posts', first.id);
      const second = await posts.insert('news');
      expect(await repository.byIdOrSlug('news')).toMatchObject({ id: second.id });
      expect(await repository.byId(first.id)).toBeUndefined();
    });

    it('hides the posts of an account that is deleted', async () => {
      const { id } = await posts.insert('news');
      await posts.trash('users', posts.ada);
      expect(await repository.byId(id)).toBeUndefined();
      expect(await repository.byIdOrSlug('news')).toBeUndefined();
    });
  });

  describe('update', () => {
    it('counts the version and notes when', async () => {
      const { id } = await posts.insert('news');
      await posts.database.rows("UPDATE posts SET updated_at = '2026-01-01'");
      const row = await change(id, { title: 'New', tags: ['x'] });
      expect(await repository.byId(id)).toEqual(row);
      expect(row).toMatchObject({ title: 'New', tags: ['x'], version: 2, slug: 'news' });
      expect(row?.updatedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
    });

    it('counts the version even where nothing else changes', async () => {
      const { id } = await posts.insert('news');
      await change(id, {});
      expect(await repository.byId(id)).toMatchObject({ version: 2 });
    });

    it('loses none of ten changes made at once', async () => {
      const { id } = await posts.insert('news');
      await Promise.all(
        Array.from({ length: 10 }, async () =>
          posts.transactions.withTransaction(async () => {
            const post = await repository.lockById(id);
            if (post) await repository.update(Object.assign(post, { title: `${post.title}+` }), posts.ada);
          }),
        ),
      );
      expect(await repository.byId(id)).toMatchObject({ version: 11, title: `news${'+'.repeat(10)}` });
    });

    it('tells a taken slug by its own code, and changes nothing', async () => {
      await posts.insert('taken');
      const { id } = await posts.insert('news');
      const error: unknown = await change(id, { slug: 'taken', title: 'New' }).catch((thrown: unknown) => thrown);
      expect(databaseProblem(error)?.code).toBe('SLUG_TAKEN');
      expect(await repository.byId(id)).toMatchObject({ slug: 'news', title: 'news', version: 1 });
    });

    it('locks nothing that is in the trash', async () => {
      const { id } = await posts.insert('news');
      await posts.trash('posts', id);
      await posts.transactions.withTransaction(async () => expect(await repository.lockById(id)).toBeNull());
    });
  });

  describe('PostsService', () => {
    it('finds a slug for each of many posts of one title written at once', async () => {
      const service = posts.module.get(PostsService);
      const rows = await Promise.all(
        Array.from({ length: 8 }, async () => service.create(actor(), { title: 'News', content: '' })),
      );
      expect(new Set(rows.map(({ slug }) => slug)).size).toBe(8);
      expect(rows.every(({ slug }) => /^news(-\w+)?$/.test(slug))).toBe(true);
    });

    it('lets one of two writers who saw the same version win', async () => {
      const service = posts.module.get(PostsService);
      const { id } = await posts.insert('news');
      const outcomes = await Promise.allSettled(
        ['one', 'other'].map(async (title) => service.patch({ actor: actor(), id, ifMatch: `"${id}.1"` }, { title })),
      );
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'VERSION_MISMATCH' },
      });
      expect(await repository.byId(id)).toMatchObject({ version: 2 });
    });

    it('publishes once, however many ask at once', async () => {
      const service = posts.module.get(PostsService);
      const { id } = await posts.insert('news', { status: 'draft' });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 5 }, async () => service.publish(actor(), id, undefined)),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await repository.byId(id)).toMatchObject({ status: 'published', version: 2 });
    });

    it('shows nothing of an author who is deleted', async () => {
      const service = posts.module.get(PostsService);
      await posts.insert('news');
      expect((await service.pageOfAuthor(posts.ada, { limit: 5 })).rows).toHaveLength(1);
      await posts.trash('users', posts.ada);
      await expect(service.pageOfAuthor(posts.ada, { limit: 5 })).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    });

    it('leads from former slugs to the post, and gives them to no other post', async () => {
      const service = posts.module.get(PostsService);
      const { id } = await posts.insert('first');
      for (const slug of ['second', 'third']) await service.patch({ actor: actor(), id }, { slug });
      for (const slug of ['first', 'second', 'third'])
        expect(await repository.byIdOrSlug(slug)).toMatchObject({ id, slug: 'third' });
      expect((await service.create(actor(), { title: 'First', content: '' })).slug).toBe('first-2');
      expect(await service.patch({ actor: actor(), id }, { slug: 'first' })).toMatchObject({ slug: 'first' });
    });

    it('lets a scheduled post appear once, with the time that was promised', async () => {
      const promised = new Date('2026-01-01T00:00:00Z');
      const { id } = await posts.insert('due', { status: 'scheduled', publishAt: promised });
      await posts.insert('later', { status: 'scheduled', publishAt: new Date('2099-01-01T00:00:00Z') });
      const scheduled = posts.module.get(ScheduledPosts);
      const appeared = await Promise.all(Array.from({ length: 3 }, async () => scheduled.appearDue()));
      expect(appeared.reduce((sum, count) => sum + count)).toBe(1);
      expect(await repository.byId(id)).toMatchObject({ status: 'published', publishedAt: promised, version: 2 });
      expect(await posts.database.rows('SELECT type, payload FROM outbox_events')).toEqual([
        { type: 'PostPublished', payload: { postId: id } },
      ]);
    });
  });
});
