import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { UsersService } from '../users/users.service.js';
import { excerptFrom } from './excerpt.js';
import { PostEditing } from './post-editing.js';
import { PostListsRepository } from './post-lists.repository.js';
import type { PostRow } from './post-row.js';
import { Post, type PostStatus } from './post.entity.js';
import { PostPublished } from './posts.events.js';
import { PostsRepository, type NewPost } from './posts.repository.js';
import { PostsService } from './posts.service.js';
import { Publication } from './publication.js';
import { RevisionsRepository } from './revisions/revisions.repository.js';
import { SLUG_PATTERN } from './slugs/slug.js';
import { SlugsRepository } from './slugs/slugs.repository.js';
import { TrashService } from './trash.service.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-02T08:00:00Z');
const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });
const ADA = actor('ada', 'user');
const BOB = actor('bob', 'user');
const EVE = actor('eve', 'editor');
const ROOT = actor('root', 'admin');
const PAGE = { rows: [], page: { limit: 20, hasMore: false, nextCursor: null }, previousCursor: null };
const AS_ADA = { actor: ADA, id: 'post' };

const post = (status: PostStatus, members: Partial<Post> = {}): Post =>
  Object.assign(new Post(), {
    id: 'post',
    authorId: 'ada',
    slug: 'a-title',
    title: 'A title',
    content: 'Some *text*',
    excerpt: 'Some text',
    tags: ['a'],
    status,
    publishedAt: status === 'published' ? new Date('2026-02-01T00:00:00Z') : null,
    publishAt: status === 'scheduled' ? LATER : null,
    version: 3,
    editedById: 'ada',
    deletedAt: null,
    ...members,
  });

const rowOf = (entity: object): PostRow => ({ authorUsername: 'ada', authorFullName: null, ...entity }) as PostRow;

/** One post in memory, and the slugs that others have. */
class FakePosts {
  readonly taken = new Set<string>();
  readonly tried: string[] = [];
  inserted: NewPost | undefined;
  saved: Post | undefined;
  editorId: string | null | undefined;

  constructor(private readonly stored: Post | undefined) {}

  byIdOrSlug = async () => this.stored && rowOf(this.stored);
  byId = async () => (this.stored?.deletedAt ? undefined : this.stored && rowOf(this.stored));
  lockById = async () => (this.stored?.deletedAt ? null : (this.stored ?? null));
  lockTrashedById = async () => (this.stored?.deletedAt ? this.stored : null);

  insert = async (added: NewPost) => {
    this.tried.push(added.slug);
    if (this.taken.has(added.slug)) return undefined;
    this.inserted = added;
    return rowOf(added);
  };

  update = async (changed: Post, editorId: string | null) => {
    this.saved = changed;
    this.editorId = editorId;
    return rowOf(changed);
  };
}

async function serviceWith(stored?: Post, overrides: NodeJS.ProcessEnv = {}) {
  const posts = new FakePosts(stored);
  const lists = { page: jest.fn(async () => PAGE) };
  const outbox = { record: jest.fn() };
  const live = { record: jest.fn() };
  const revisions = { keep: jest.fn() };
  const slugs = { isTaken: jest.fn(async (slug: string) => posts.taken.has(slug)), change: jest.fn() };
  const users = { contact: jest.fn(async (id: string) => (id === 'ada' ? { id } : undefined)) };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      PostsService,
      TrashService,
      PostEditing,
      Publication,
      { provide: PostsRepository, useValue: posts },
      { provide: PostListsRepository, useValue: lists },
      { provide: RevisionsRepository, useValue: revisions },
      { provide: SlugsRepository, useValue: slugs },
      { provide: Outbox, useValue: outbox },
      { provide: LiveEvents, useValue: live },
      { provide: UsersService, useValue: users },
      { provide: Clock, useValue: { now: () => NOW } },
      { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
    ],
  }).compile();
  await module.init();
  const [service, trash] = [module.get(PostsService), module.get(TrashService)];
  return { service, trash, posts, lists, outbox, revisions, slugs };
}

/** The code of the refusal, or nothing. */
const codeOf = async (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: { code: string }) => error.code,
  );

describe('PostsService', () => {
  describe('page', () => {
    it.each([
      { who: 'nobody', as: undefined, status: 'published', authorId: undefined },
      { who: 'a user', as: ADA, status: 'published', authorId: undefined },
      { who: 'a user', as: ADA, status: 'draft', authorId: 'ada' },
      { who: 'a user', as: ADA, status: 'scheduled', authorId: 'ada' },
      { who: 'an editor', as: EVE, status: 'draft', authorId: undefined },
      { who: 'an administrator', as: ROOT, status: 'draft', authorId: undefined },
    ] as const)('shows $who the $status posts of $authorId', async ({ as, status, authorId }) => {
      const { service, lists } = await serviceWith();
      await service.page(as, { limit: 20, status });
      expect(lists.page.mock.calls).toEqual([[{ limit: 20, status }, { authorId }]]);
    });

    it.each(['draft', 'scheduled'] as const)(
      'asks those who are not signed in to do so for %s posts',
      async (status) => {
        const { service, lists } = await serviceWith();
        expect(await codeOf(service.page(undefined, { limit: 20, status }))).toBe('UNAUTHENTICATED');
        expect(lists.page).not.toHaveBeenCalled();
      },
    );

    it('shows published posts alone of an author', async () => {
      const { service, lists } = await serviceWith();
      await service.pageOfAuthor('ada', { limit: 5 });
      expect(lists.page.mock.calls).toEqual([[{ limit: 5, status: 'published' }, { authorId: 'ada' }]]);
    });

    it('knows no posts of an author who is not there', async () => {
      const { service, lists } = await serviceWith();
      expect(await codeOf(service.pageOfAuthor('nobody', { limit: 5 }))).toBe('USER_NOT_FOUND');
      expect(lists.page).not.toHaveBeenCalled();
    });
  });

  describe('read', () => {
    it.each([
      { who: 'nobody', as: undefined, status: 'published', code: undefined },
      { who: 'nobody', as: undefined, status: 'draft', code: 'POST_NOT_FOUND' },
      { who: 'a stranger', as: BOB, status: 'draft', code: 'POST_NOT_FOUND' },
      { who: 'a stranger', as: BOB, status: 'scheduled', code: 'POST_NOT_FOUND' },
      { who: 'the author', as: ADA, status: 'draft', code: undefined },
      { who: 'an editor', as: EVE, status: 'draft', code: undefined },
      { who: 'an administrator', as: ROOT, status: 'scheduled', code: undefined },
    ] as const)('answers $who about a $status post: $code', async ({ as, status, code }) => {
      const { service } = await serviceWith(post(status));
      expect(await codeOf(service.read(as, 'a-title'))).toBe(code);
    });

    it('finds none where there is none', async () => {
      const { service } = await serviceWith();
      expect(await codeOf(service.read(ROOT, 'nothing'))).toBe('POST_NOT_FOUND');
    });
  });

  describe('create', () => {
    it('writes a draft with the defaults', async () => {
      const { service, posts } = await serviceWith();
      const row = await service.create(ADA, { title: 'Héllo, World', content: '# Some *text*' });
      expect(posts.inserted).toEqual({
        id: row.id,
        authorId: 'ada',
        slug: 'hello-world',
        title: 'Héllo, World',
        content: '# Some *text*',
        excerpt: 'Some text',
        tags: [],
        status: 'draft',
        publishedAt: null,
        publishAt: null,
      });
    });

    it('publishes at once where that is asked for', async () => {
      const { service, posts } = await serviceWith();
      await service.create(ADA, { title: 'A', content: '', published: true, excerpt: 'Mine', tags: ['x'] });
      expect(posts.inserted).toMatchObject({ status: 'published', publishedAt: NOW, excerpt: 'Mine', tags: ['x'] });
    });

    it('numbers a slug that is taken, and then makes a random ending', async () => {
      const { service, posts } = await serviceWith();
      for (const slug of ['news', 'news-2', 'news-3', 'news-4', 'news-5']) posts.taken.add(slug);
      const { slug } = await service.create(ADA, { title: 'News', content: '' });
      expect(posts.tried.slice(0, 5)).toEqual(['news', 'news-2', 'news-3', 'news-4', 'news-5']);
      expect(slug).toMatch(/^news-[a-z0-9]{6}$/);
      expect(slug).toMatch(SLUG_PATTERN);
    });

    it('gives up after ten slugs', async () => {
      const { service, posts } = await serviceWith();
      jest.spyOn(posts.taken, 'has').mockReturnValue(true);
      expect(await codeOf(service.create(ADA, { title: 'News', content: '' }))).toBe('SLUG_TAKEN');
      expect(new Set(posts.tried).size).toBe(10);
    });

    it('takes no other slug than the one that was asked for', async () => {
      const { service, posts } = await serviceWith();
      posts.taken.add('news');
      expect(await codeOf(service.create(ADA, { title: 'Other', content: '', slug: 'news' }))).toBe('SLUG_TAKEN');
      expect(posts.tried).toEqual(['news']);
    });
  });

  describe('changing', () => {
    interface Services {
      service: PostsService;
      trash: TrashService;
    }

    const changes: Record<string, (services: Services, as: Actor) => Promise<unknown>> = {
      patch: ({ service }, as) => service.patch({ actor: as, id: 'post' }, { title: 'New' }),
      replace: ({ service }, as) => service.replace({ actor: as, id: 'post' }, { title: 'New', content: '' }),
      remove: ({ trash }, as) => trash.remove({ actor: as, id: 'post' }),
      publish: ({ service }, as) => service.publish(as, 'post', undefined),
      schedule: ({ service }, as) => service.publish(as, 'post', LATER),
      unpublish: ({ service }, as) => service.unpublish(as, 'post'),
    };
    const verbs = Object.entries(changes).map(([verb, change]) => ({
      verb,
      change,
      // A status from which the transition is possible.
      status: (verb === 'unpublish' ? 'published' : 'draft') as PostStatus,
    }));

    it.each(verbs)('$verb is for the author, editors and administrators', async ({ change, status }) => {
      for (const as of [ADA, EVE, ROOT]) {
        const { posts, ...services } = await serviceWith(post(status));
        await change(services, as);
        expect(posts.saved?.id).toBe('post');
        expect(posts.editorId).toBe(as.id);
      }
    });

    it.each(verbs)(
      '$verb tells a stranger nothing of a draft, and that a published one is not theirs',
      async ({ change }) => {
        for (const [status, code] of [
          ['draft', 'POST_NOT_FOUND'],
          ['scheduled', 'POST_NOT_FOUND'],
          ['published', 'POST_NOT_YOURS'],
        ] as const) {
          const { posts, ...services } = await serviceWith(post(status));
          expect(await codeOf(change(services, BOB))).toBe(code);
          expect(posts.saved).toBeUndefined();
        }
      },
    );

    it.each(verbs)('$verb finds nothing where nothing is', async ({ change }) => {
      expect(await codeOf(change(await serviceWith(), ROOT))).toBe('POST_NOT_FOUND');
    });

    it.each([
      {
        name: 'patch',
        change: ({ service }: Services, ifMatch: string) => service.patch({ ...AS_ADA, ifMatch }, { title: 'x' }),
      },
      {
        name: 'replace',
        change: ({ service }: Services, ifMatch: string) =>
          service.replace({ ...AS_ADA, ifMatch }, { title: 'x', content: '' }),
      },
      { name: 'remove', change: ({ trash }: Services, ifMatch: string) => trash.remove({ ...AS_ADA, ifMatch }) },
    ])('$name is made to the version alone that the client has seen', async ({ change }) => {
      const { posts, ...services } = await serviceWith(post('draft'));
      expect(await codeOf(change(services, '"post.2"'))).toBe('VERSION_MISMATCH');
      expect(posts.saved).toBeUndefined();
      expect(await codeOf(change(services, '"post.3"'))).toBeUndefined();
      expect(posts.saved).toBeDefined();
    });

    it('tells a stranger nothing by the version either', async () => {
      const { service } = await serviceWith(post('draft'));
      expect(await codeOf(service.patch({ actor: BOB, id: 'post', ifMatch: '"post.2"' }, {}))).toBe('POST_NOT_FOUND');
    });
  });

  describe('patch', () => {
    it.each([
      { dto: {}, changed: {} },
      { dto: { title: 'New' }, changed: { title: 'New' } },
      { dto: { slug: 'new' }, changed: { slug: 'new' } },
      { dto: { tags: [] }, changed: { tags: [] } },
      { dto: { excerpt: 'Mine' }, changed: { excerpt: 'Mine' } },
      { dto: { excerpt: '' }, changed: { excerpt: '' } },
      { dto: { content: '**Other**' }, changed: { content: '**Other**', excerpt: 'Other' } },
      { dto: { content: '' }, changed: { content: '', excerpt: '' } },
    ])('changes by $dto what is sent, and nothing else', async ({ dto, changed }) => {
      const { service, posts } = await serviceWith(post('draft'));
      await service.patch(AS_ADA, dto);
      expect(posts.saved).toEqual(post('draft', changed));
    });

    it('keeps an excerpt that was written by hand when the content changes', async () => {
      const { service, posts } = await serviceWith(post('draft', { excerpt: 'By hand' }));
      await service.patch(AS_ADA, { content: 'Other' });
      expect(posts.saved).toMatchObject({ content: 'Other', excerpt: 'By hand' });
    });

    it('makes the excerpt again where null is sent', async () => {
      const { service, posts } = await serviceWith(post('draft', { excerpt: 'By hand' }));
      await service.patch(AS_ADA, { excerpt: null });
      expect(posts.saved?.excerpt).toBe(excerptFrom('Some *text*'));
    });

    it.each([
      { from: 'draft', published: true, to: { status: 'published', publishedAt: NOW } },
      { from: 'scheduled', published: true, to: { status: 'published', publishedAt: NOW, publishAt: null } },
      { from: 'published', published: false, to: { status: 'draft', publishedAt: null } },
      { from: 'published', published: true, to: post('published') },
      { from: 'draft', published: false, to: post('draft') },
      { from: 'scheduled', published: false, to: { status: 'draft', publishedAt: null, publishAt: null } },
      { from: 'scheduled', published: undefined, to: post('scheduled') },
      { from: 'published', published: undefined, to: post('published') },
    ] as const)(
      'makes of a $from post, sent published=$published, a $to.status one',
      async ({ from, published, to }) => {
        const { service, posts } = await serviceWith(post(from));
        await service.patch(AS_ADA, { published });
        expect(posts.saved).toMatchObject({ ...to });
      },
    );
  });

  describe('the time of a patch', () => {
    it.each([
      { from: 'draft', dto: { publishAt: LATER }, to: post('scheduled') },
      { from: 'draft', dto: { publishAt: LATER, published: true }, to: post('scheduled') },
      { from: 'draft', dto: { publishAt: NOW }, to: { status: 'published', publishedAt: NOW, publishAt: null } },
      { from: 'draft', dto: { publishAt: null }, to: post('draft') },
      { from: 'scheduled', dto: { publishAt: NOW }, to: { status: 'published', publishedAt: NOW, publishAt: null } },
      { from: 'scheduled', dto: { publishAt: null }, to: post('draft') },
      { from: 'scheduled', dto: { publishAt: null, published: false }, to: post('draft') },
      { from: 'published', dto: { publishAt: null }, to: post('published') },
    ] as const)('makes of a $from post, sent $dto, a $to.status one', async ({ from, dto, to }) => {
      const { service, posts } = await serviceWith(post(from));
      await service.patch(AS_ADA, dto);
      expect(posts.saved).toMatchObject({ ...to });
    });

    it.each([
      { from: 'published', dto: { publishAt: LATER }, code: 'POST_STATE_CONFLICT' },
      { from: 'draft', dto: { publishAt: LATER, published: false }, code: 'VALIDATION_FAILED' },
    ] as const)('is refused for a $from post, sent $dto: $code', async ({ from, dto, code }) => {
      const { service, posts } = await serviceWith(post(from));
      expect(await codeOf(service.patch(AS_ADA, dto))).toBe(code);
      expect(posts.saved).toBeUndefined();
    });
  });

  describe('what a change leaves behind', () => {
    it.each([
      { name: 'publishing', from: 'draft', dto: { published: true }, events: [new PostPublished('post')] },
      { name: 'publishing again', from: 'published', dto: { published: true }, events: [] },
      { name: 'changing what is published', from: 'published', dto: { title: 'New' }, events: [] },
      { name: 'scheduling', from: 'draft', dto: { publishAt: LATER }, events: [] },
      { name: 'taking back', from: 'published', dto: { published: false }, events: [] },
    ] as const)('tells of $name: $events', async ({ from, dto, events }) => {
      const { service, outbox } = await serviceWith(post(from));
      await service.patch(AS_ADA, dto);
      expect(outbox.record.mock.calls).toEqual(events.map((event) => [event]));
    });

    it.each([
      { published: true, events: 1 },
      { published: false, events: 0 },
    ])('tells of a new post that is published=$published: $events', async ({ published, events }) => {
      const { service, outbox } = await serviceWith();
      const { id } = await service.create(ADA, { title: 'A', content: '', published });
      expect(outbox.record.mock.calls).toEqual(Array.from({ length: events }, () => [new PostPublished(id)]));
    });

    it('keeps the former version, as many as REVISIONS_KEEP says', async () => {
      const { service, revisions } = await serviceWith(post('draft'), { REVISIONS_KEEP: '7' });
      await service.patch(AS_ADA, { title: 'New' });
      expect(revisions.keep.mock.calls).toEqual([['post', 7]]);
    });

    it('leads from the former slug to the new one, and only where it changes', async () => {
      const { service, slugs } = await serviceWith(post('draft'));
      await service.patch(AS_ADA, { slug: 'a-title' });
      expect(slugs.change).not.toHaveBeenCalled();
      await service.patch(AS_ADA, { slug: 'new' });
      expect(slugs.change.mock.calls).toEqual([['post', 'a-title', 'new']]);
    });

    it('refuses a slug that is taken', async () => {
      const { service, posts } = await serviceWith(post('draft'));
      posts.taken.add('new');
      expect(await codeOf(service.patch(AS_ADA, { slug: 'new' }))).toBe('SLUG_TAKEN');
      expect(posts.saved).toBeUndefined();
    });
  });

  describe('replace', () => {
    it('gives what is left out its default, and leaves the status', async () => {
      const { service, posts } = await serviceWith(post('published', { excerpt: 'By hand' }));
      await service.replace(AS_ADA, { title: 'New', content: 'Other' });
      expect(posts.saved).toMatchObject({
        title: 'New',
        content: 'Other',
        excerpt: 'Other',
        tags: [],
        status: 'published',
      });
    });
  });

  describe('the transitions', () => {
    it('publishes now', async () => {
      const { service, posts } = await serviceWith(post('draft'));
      expect(await service.publish(ADA, 'post', undefined)).toMatchObject({ status: 'published', publishedAt: NOW });
      expect(posts.saved?.status).toBe('published');
    });

    it('takes back', async () => {
      const { service } = await serviceWith(post('published'));
      expect(await service.unpublish(ADA, 'post')).toMatchObject({ status: 'draft', publishedAt: null });
    });

    it.each([
      {
        name: 'publish',
        status: 'published',
        change: (service: PostsService) => service.publish(ADA, 'post', undefined),
      },
      { name: 'unpublish', status: 'draft', change: (service: PostsService) => service.unpublish(ADA, 'post') },
    ] as const)('refuses to $name what is $status, and saves nothing', async ({ status, change }) => {
      const { service, posts } = await serviceWith(post(status));
      expect(await codeOf(change(service))).toBe('POST_STATE_CONFLICT');
      expect(posts.saved).toBeUndefined();
    });

    it('schedules', async () => {
      const { service, posts } = await serviceWith(post('draft'));
      const row = await service.publish(ADA, 'post', LATER);
      expect(row).toMatchObject({ status: 'scheduled', publishedAt: null, publishAt: LATER });
      expect(posts.saved?.status).toBe('scheduled');
    });

    it.each([
      { status: 'published', to: post('published') },
      { status: 'draft', to: post('draft') },
      { status: 'scheduled', to: post('draft') },
    ] as const)('takes a $status post out of the trash as a $to.status one', async ({ status, to }) => {
      const { trash, posts } = await serviceWith(post(status, { deletedAt: NOW }));
      await trash.restore(ADA, 'post');
      expect(posts.saved).toEqual(to);
    });

    it('gives a post out of the trash another slug where its own was given away', async () => {
      const { trash, posts, slugs } = await serviceWith(post('published', { deletedAt: NOW }));
      posts.taken.add('a-title');
      await trash.restore(ADA, 'post');
      expect(posts.saved?.slug).toBe('a-title-2');
      expect(slugs.change.mock.calls).toEqual([['post', 'a-title', 'a-title-2']]);
    });

    it.each([
      { who: 'a stranger', as: BOB, deletedAt: NOW, code: 'POST_NOT_FOUND' },
      { who: 'a stranger', as: BOB, deletedAt: null, code: 'POST_NOT_YOURS' },
      { who: 'the author', as: ADA, deletedAt: null, code: 'POST_STATE_CONFLICT' },
      { who: 'an editor', as: EVE, deletedAt: NOW, code: undefined },
    ])('answers $who who restores a post deleted at $deletedAt: $code', async ({ as, deletedAt, code }) => {
      const { trash } = await serviceWith(post('published', { deletedAt }));
      expect(await codeOf(trash.restore(as, 'post'))).toBe(code);
    });

    it('puts into the trash with the time', async () => {
      const { trash, posts } = await serviceWith(post('published'));
      await trash.remove(AS_ADA);
      expect(posts.saved).toEqual(post('published', { deletedAt: NOW }));
    });
  });
});
