import { Test } from '@nestjs/testing';
import { ClsPluginTransactional, NoOpTransactionalAdapter } from '@nestjs-cls/transactional';
import { ClsModule } from 'nestjs-cls';
import { testSettings } from '../../test/support/test-settings.js';
import type { Actor } from '../common/access/actor.js';
import type { Role } from '../common/access/role.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { UsersService } from '../users/users.service.js';
import { excerptFrom } from './excerpt.js';
import { Post, type PostStatus } from './post.entity.js';
import { PostsRepository, type NewPost, type PostRow } from './posts.repository.js';
import { PostsService } from './posts.service.js';
import { SLUG_PATTERN } from './slug.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const actor = (id: string, role: Role): Actor => ({ id, role, emailVerified: true, sessionId: 'session' });
const ADA = actor('ada', 'user');
const BOB = actor('bob', 'user');
const EVE = actor('eve', 'editor');
const ROOT = actor('root', 'admin');
const PAGE = { rows: [], page: { limit: 20, hasMore: false, nextCursor: null } };

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
    publishAt: null,
    version: 3,
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
  page = jest.fn(async () => PAGE);

  constructor(private readonly stored: Post | undefined) {}

  byIdOrSlug = async () => this.stored && rowOf(this.stored);
  byId = async () => this.saved && rowOf(this.saved);
  lockById = async () => this.stored ?? null;

  insert = async (added: NewPost) => {
    this.tried.push(added.slug);
    if (this.taken.has(added.slug)) return undefined;
    this.inserted = added;
    return rowOf(added);
  };

  save = async (changed: Post) => {
    this.saved = changed;
  };
}

async function serviceWith(stored?: Post, overrides: NodeJS.ProcessEnv = {}) {
  const posts = new FakePosts(stored);
  const users = { contact: jest.fn(async (id: string) => (id === 'ada' ? { id } : undefined)) };
  const module = await Test.createTestingModule({
    imports: [
      ClsModule.forRoot({
        plugins: [new ClsPluginTransactional({ adapter: new NoOpTransactionalAdapter({ tx: {} }) })],
      }),
    ],
    providers: [
      PostsService,
      PostsRepository,
      UsersService,
      Clock,
      { provide: Settings, useValue: testSettings('postgres://localhost/x', overrides) },
    ],
  })
    .overrideProvider(PostsRepository)
    .useValue(posts)
    .overrideProvider(UsersService)
    .useValue(users)
    .overrideProvider(Clock)
    .useValue({ now: () => NOW })
    .compile();
  await module.init();
  return { service: module.get(PostsService), posts };
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
      const { service, posts } = await serviceWith();
      await service.page(as, { limit: 20, status });
      expect(posts.page.mock.calls).toEqual([[{ limit: 20, status }, { authorId }]]);
    });

    it.each(['draft', 'scheduled'] as const)(
      'asks those who are not signed in to do so for %s posts',
      async (status) => {
        const { service, posts } = await serviceWith();
        expect(await codeOf(service.page(undefined, { limit: 20, status }))).toBe('UNAUTHENTICATED');
        expect(posts.page).not.toHaveBeenCalled();
      },
    );

    it('shows published posts alone of an author', async () => {
      const { service, posts } = await serviceWith();
      await service.pageOfAuthor('ada', { limit: 5 });
      expect(posts.page.mock.calls).toEqual([[{ limit: 5, status: 'published' }, { authorId: 'ada' }]]);
    });

    it('knows no posts of an author who is not there', async () => {
      const { service, posts } = await serviceWith();
      expect(await codeOf(service.pageOfAuthor('nobody', { limit: 5 }))).toBe('USER_NOT_FOUND');
      expect(posts.page).not.toHaveBeenCalled();
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
    const changes: Record<string, (service: PostsService, as: Actor) => Promise<unknown>> = {
      patch: (service, as) => service.patch(as, 'post', undefined, { title: 'New' }),
      replace: (service, as) => service.replace(as, 'post', undefined, { title: 'New', content: '' }),
      remove: (service, as) => service.remove(as, 'post', undefined),
      publish: (service, as) => service.publish(as, 'post'),
      unpublish: (service, as) => service.unpublish(as, 'post'),
    };
    const verbs = Object.entries(changes).map(([verb, change]) => ({
      verb,
      change,
      // A status from which the transition is possible.
      status: (verb === 'unpublish' ? 'published' : 'draft') as PostStatus,
    }));

    it.each(verbs)('$verb is for the author, editors and administrators', async ({ change, status }) => {
      for (const as of [ADA, EVE, ROOT]) {
        const { service, posts } = await serviceWith(post(status));
        await change(service, as);
        expect(posts.saved?.id).toBe('post');
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
          const { service, posts } = await serviceWith(post(status));
          expect(await codeOf(change(service, BOB))).toBe(code);
          expect(posts.saved).toBeUndefined();
        }
      },
    );

    it.each(verbs)('$verb finds nothing where nothing is', async ({ change }) => {
      const { service } = await serviceWith();
      expect(await codeOf(change(service, ROOT))).toBe('POST_NOT_FOUND');
    });

    it.each([
      {
        name: 'patch',
        change: (service: PostsService, tag: string) => service.patch(ADA, 'post', tag, { title: 'x' }),
      },
      {
        name: 'replace',
        change: (service: PostsService, tag: string) => service.replace(ADA, 'post', tag, { title: 'x', content: '' }),
      },
      { name: 'remove', change: (service: PostsService, tag: string) => service.remove(ADA, 'post', tag) },
    ])('$name is made to the version alone that the client has seen', async ({ change }) => {
      const { service, posts } = await serviceWith(post('draft'));
      expect(await codeOf(change(service, '"post.2"'))).toBe('VERSION_MISMATCH');
      expect(posts.saved).toBeUndefined();
      expect(await codeOf(change(service, '"post.3"'))).toBeUndefined();
      expect(posts.saved).toBeDefined();
    });

    it('tells a stranger nothing by the version either', async () => {
      const { service } = await serviceWith(post('draft'));
      expect(await codeOf(service.patch(BOB, 'post', '"post.2"', {}))).toBe('POST_NOT_FOUND');
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
      await service.patch(ADA, 'post', undefined, dto);
      expect(posts.saved).toEqual(post('draft', changed));
    });

    it('keeps an excerpt that was written by hand when the content changes', async () => {
      const { service, posts } = await serviceWith(post('draft', { excerpt: 'By hand' }));
      await service.patch(ADA, 'post', undefined, { content: 'Other' });
      expect(posts.saved).toMatchObject({ content: 'Other', excerpt: 'By hand' });
    });

    it('makes the excerpt again where null is sent', async () => {
      const { service, posts } = await serviceWith(post('draft', { excerpt: 'By hand' }));
      await service.patch(ADA, 'post', undefined, { excerpt: null });
      expect(posts.saved?.excerpt).toBe(excerptFrom('Some *text*'));
    });

    it.each([
      { from: 'draft', published: true, to: { status: 'published', publishedAt: NOW } },
      { from: 'scheduled', published: true, to: { status: 'published', publishedAt: NOW, publishAt: null } },
      { from: 'published', published: false, to: { status: 'draft', publishedAt: null } },
      { from: 'published', published: true, to: post('published') },
      { from: 'draft', published: false, to: post('draft') },
      { from: 'scheduled', published: false, to: post('scheduled') },
      { from: 'published', published: undefined, to: post('published') },
    ] as const)(
      'makes of a $from post, sent published=$published, a $to.status one',
      async ({ from, published, to }) => {
        const { service, posts } = await serviceWith(post(from));
        await service.patch(ADA, 'post', undefined, { published });
        expect(posts.saved).toMatchObject({ ...to });
      },
    );
  });

  describe('replace', () => {
    it('gives what is left out its default, and leaves the status', async () => {
      const { service, posts } = await serviceWith(post('published', { excerpt: 'By hand' }));
      await service.replace(ADA, 'post', undefined, { title: 'New', content: 'Other' });
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
      expect(await service.publish(ADA, 'post')).toMatchObject({ status: 'published', publishedAt: NOW });
      expect(posts.saved?.status).toBe('published');
    });

    it('takes back', async () => {
      const { service } = await serviceWith(post('published'));
      expect(await service.unpublish(ADA, 'post')).toMatchObject({ status: 'draft', publishedAt: null });
    });

    it.each([
      { name: 'publish', status: 'published', change: (service: PostsService) => service.publish(ADA, 'post') },
      { name: 'unpublish', status: 'draft', change: (service: PostsService) => service.unpublish(ADA, 'post') },
    ] as const)('refuses to $name what is $status, and saves nothing', async ({ status, change }) => {
      const { service, posts } = await serviceWith(post(status));
      expect(await codeOf(change(service))).toBe('POST_STATE_CONFLICT');
      expect(posts.saved).toBeUndefined();
    });

    it('puts into the trash with the time', async () => {
      const { service, posts } = await serviceWith(post('published'));
      await service.remove(ADA, 'post', undefined);
      expect(posts.saved).toEqual(post('published', { deletedAt: NOW }));
    });
  });
});
