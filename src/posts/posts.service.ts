import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { newId } from '../common/ids/uuid.js';
import type { RowPage } from '../common/paging/page.js';
import type { PageQuery } from '../common/paging/page-query.dto.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import { UsersService } from '../users/users.service.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import type { PatchPostDto, WritePostDto } from './dto/write-post.dto.js';
import { excerptFrom } from './excerpt.js';
import { checkPrecondition } from './post-etag.js';
import type { Post } from './post.entity.js';
import { canEdit, canSee, isEditorial } from './posts.policy.js';
import { PostsRepository, type NewPost, type PostRow } from './posts.repository.js';
import { numberedSlug, slugFrom } from './slug.js';

/** Numbers are tried up to here; then a random ending, which parallel writers do not fight about. */
const NUMBERED_SLUGS = 5;
const RANDOM_SLUGS = 5;

/** Posts, from the first draft to the trash. */
@Injectable()
export class PostsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly users: UsersService,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  async page(actor: Actor | undefined, query: ListPostsQuery): Promise<RowPage<PostRow>> {
    if (query.status === 'published' || isEditorial(actor)) return this.posts.page(query, { authorId: undefined });
    if (!actor) throw new AppError('UNAUTHENTICATED');
    return this.posts.page(query, { authorId: actor.id });
  }

  /** What everybody may read of one author. */
  async pageOfAuthor(authorId: string, query: PageQuery): Promise<RowPage<PostRow>> {
    const author = await this.users.contact(authorId);
    if (!author) throw new AppError('USER_NOT_FOUND');
    return this.posts.page({ ...query, status: 'published' }, { authorId });
  }

  async read(actor: Actor | undefined, idOrSlug: string): Promise<PostRow> {
    const post = await this.posts.byIdOrSlug(idOrSlug);
    if (!post || !canSee(actor, post)) throw new AppError('POST_NOT_FOUND');
    return post;
  }

  @Transactional()
  async create(actor: Actor, dto: WritePostDto): Promise<PostRow> {
    if (dto.published) this.checkMayPublish(actor);
    return this.insertWithFreeSlug(dto.slug, {
      id: newId(),
      authorId: actor.id,
      title: dto.title,
      content: dto.content,
      excerpt: dto.excerpt ?? excerptFrom(dto.content),
      tags: dto.tags ?? [],
      status: dto.published ? 'published' : 'draft',
      publishedAt: dto.published ? this.clock.now() : null,
    });
  }

  /** What is left out takes its default; the status changes only if `published` is sent. */
  async replace(actor: Actor, id: string, ifMatch: string | undefined, dto: WritePostDto): Promise<PostRow> {
    return this.patch(actor, id, ifMatch, { ...dto, excerpt: dto.excerpt ?? null, tags: dto.tags ?? [] });
  }

  @Transactional()
  async patch(actor: Actor, id: string, ifMatch: string | undefined, dto: PatchPostDto): Promise<PostRow> {
    const post = await this.lockEditable(actor, id);
    checkPrecondition(ifMatch, post);
    const excerptWasMade = post.excerpt === excerptFrom(post.content);
    post.title = dto.title ?? post.title;
    post.content = dto.content ?? post.content;
    post.slug = dto.slug ?? post.slug;
    post.tags = dto.tags ?? post.tags;
    if (dto.excerpt !== undefined) post.excerpt = dto.excerpt ?? excerptFrom(post.content);
    else if (excerptWasMade) post.excerpt = excerptFrom(post.content);
    this.setPublished(actor, post, dto.published);
    return this.saved(post);
  }

  /** Into the trash: the slug is free again at once. */
  @Transactional()
  async remove(actor: Actor, id: string, ifMatch: string | undefined): Promise<void> {
    const post = await this.lockEditable(actor, id);
    checkPrecondition(ifMatch, post);
    post.trash(this.clock.now());
    await this.posts.save(post);
  }

  @Transactional()
  async publish(actor: Actor, id: string): Promise<PostRow> {
    const post = await this.lockEditable(actor, id);
    this.checkMayPublish(actor);
    post.publish(this.clock.now());
    return this.saved(post);
  }

  @Transactional()
  async unpublish(actor: Actor, id: string): Promise<PostRow> {
    const post = await this.lockEditable(actor, id);
    post.unpublish();
    return this.saved(post);
  }

  private setPublished(actor: Actor, post: Post, published: boolean | undefined): void {
    if (published === undefined || published === (post.status === 'published')) return;
    if (!published) return post.unpublish();
    this.checkMayPublish(actor);
    post.publish(this.clock.now());
  }

  /** @throws AppError `EMAIL_NOT_VERIFIED` where the operator asks for a confirmed address */
  private checkMayPublish(actor: Actor): void {
    if (this.settings.REQUIRE_VERIFIED !== 'off' && !actor.emailVerified) throw new AppError('EMAIL_NOT_VERIFIED');
  }

  private async lockEditable(actor: Actor, id: string): Promise<Post> {
    const post = await this.posts.lockById(id);
    if (!post || !canSee(actor, post)) throw new AppError('POST_NOT_FOUND');
    if (!canEdit(actor, post)) throw new AppError('POST_NOT_YOURS');
    return post;
  }

  private async saved(post: Post): Promise<PostRow> {
    await this.posts.save(post);
    const row = await this.posts.byId(post.id);
    if (!row) throw new AppError('POST_NOT_FOUND');
    return row;
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

function* slugCandidates(slug: string): Generator<string> {
  yield slug;
  for (let number = 2; number <= NUMBERED_SLUGS; number += 1) yield numberedSlug(slug, number);
  for (let tried = 0; tried < RANDOM_SLUGS; tried += 1)
    yield numberedSlug(slug, randomInt(36 ** 5, 36 ** 6).toString(36));
}
