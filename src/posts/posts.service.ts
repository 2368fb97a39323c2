import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { newId } from '../common/ids/uuid.js';
import type { RowPage } from '../common/paging/page.js';
import type { PageQuery } from '../common/paging/page-query.dto.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { UsersService } from '../users/users.service.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import type { PatchPostDto, WritePostDto } from './dto/write-post.dto.js';
import { excerptFrom } from './excerpt.js';
import { PostEditing, type PostTarget } from './post-editing.js';
import { PostListsRepository } from './post-lists.repository.js';
import type { PostRow } from './post-row.js';
import { Post } from './post.entity.js';
import { PostPublished } from './posts.events.js';
import { postChange } from './posts.live.js';
import { canSee, isEditorial } from './posts.policy.js';
import { PostsRepository, type NewPost } from './posts.repository.js';
import { Publication } from './publication.js';
import { slugCandidates, slugFrom } from './slugs/slug.js';

/** Posts as they are written, read and published. */
@Injectable()
export class PostsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly lists: PostListsRepository,
    private readonly editing: PostEditing,
    private readonly publication: Publication,
    private readonly users: UsersService,
    private readonly outbox: Outbox,
    private readonly live: LiveEvents,
  ) {}

  async page(actor: Actor | undefined, query: ListPostsQuery): Promise<RowPage<PostRow>> {
    if (query.status === 'published' || isEditorial(actor)) return this.lists.page(query, { authorId: undefined });
    if (!actor) throw new AppError('UNAUTHENTICATED');
    return this.lists.page(query, { authorId: actor.id });
  }

  /** What everybody may read of one author. */
  async pageOfAuthor(authorId: string, query: PageQuery): Promise<RowPage<PostRow>> {
    const author = await this.users.contact(authorId);
    if (!author) throw new AppError('USER_NOT_FOUND');
    return this.lists.page({ ...query, status: 'published' }, { authorId });
  }

  /** By id, slug, or a former slug: `slug` of the answer is then another one. */
  async read(actor: Actor | undefined, idOrSlug: string): Promise<PostRow> {
    const post = await this.posts.byIdOrSlug(idOrSlug);
    if (!post || !canSee(actor, post)) throw new AppError('POST_NOT_FOUND');
    return post;
  }

  /** Those of the posts that everybody may read, in no particular order. */
  async publishedAmong(ids: string[]): Promise<PostRow[]> {
    return this.posts.publishedAmong(ids);
  }

  @Transactional()
  async create(actor: Actor, dto: WritePostDto): Promise<PostRow> {
    const post = Object.assign(new Post(), {
      id: newId(),
      authorId: actor.id,
      title: dto.title,
      content: dto.content,
      excerpt: dto.excerpt ?? excerptFrom(dto.content),
      tags: dto.tags ?? [],
      status: 'draft',
      publishedAt: null,
      publishAt: null,
    });
    this.publication.set(actor, post, dto);
    const row = await this.insertWithFreeSlug(dto.slug, post);
    if (row.status === 'published') await this.outbox.record(new PostPublished(row.id));
    const told = postChange(undefined, row);
    if (told) await this.live.record(told);
    return row;
  }

  /** What is left out takes its default; the status changes only if `published` or `publishAt` is sent. */
  async replace(target: PostTarget, dto: WritePostDto): Promise<PostRow> {
    return this.patch(target, { ...dto, excerpt: dto.excerpt ?? null, tags: dto.tags ?? [] });
  }

  async patch(target: PostTarget, dto: PatchPostDto): Promise<PostRow> {
    return this.editing.change(target, (post) => {
      const excerptWasMade = post.excerpt === excerptFrom(post.content);
      post.title = dto.title ?? post.title;
      post.content = dto.content ?? post.content;
      post.slug = dto.slug ?? post.slug;
      post.tags = dto.tags ?? post.tags;
      if (dto.excerpt !== undefined) post.excerpt = dto.excerpt ?? excerptFrom(post.content);
      else if (excerptWasMade) post.excerpt = excerptFrom(post.content);
      this.publication.set(target.actor, post, dto);
    });
  }

  async publish(actor: Actor, id: string, publishAt: Date | undefined): Promise<PostRow> {
    return this.editing.change({ actor, id }, (post) => this.publication.publish(actor, post, publishAt));
  }

  async unpublish(actor: Actor, id: string): Promise<PostRow> {
    return this.editing.change({ actor, id }, (post) => post.unpublish());
  }

  private async insertWithFreeSlug(asked: string | undefined, post: Omit<NewPost, 'slug'>): Promise<PostRow> {
    const candidates = asked ? [asked] : slugCandidates(slugFrom(post.title));
    for (const slug of candidates) {
      const row = await this.posts.insert({ ...post, slug });
      if (row) return row;
    }
    throw new AppError('SLUG_TAKEN');
  }
}
