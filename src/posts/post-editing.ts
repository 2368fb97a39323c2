import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { Settings } from '../core/config/settings.js';
import { LiveEvents } from '../core/live/live-events.js';
import { Outbox } from '../core/outbox/outbox.js';
import { checkPrecondition } from './post-etag.js';
import type { PostRow } from './post-row.js';
import type { Post } from './post.entity.js';
import { PostPublished } from './posts.events.js';
import { postChange } from './posts.live.js';
import { canEdit, canSee } from './posts.policy.js';
import { PostsRepository } from './posts.repository.js';
import { RevisionsRepository } from './revisions/revisions.repository.js';
import { SlugsRepository } from './slugs/slugs.repository.js';

/** Which post is changed, by whom, and on which condition. */
export interface PostTarget {
  actor: Actor;
  id: string;
  /** `If-Match`: the version that the client has seen. */
  ifMatch?: string;
  /** Looks in the trash instead. */
  isTrashed?: boolean;
}

/** The one way in which a post changes: locked, by those who may, with its former version kept. */
@Injectable()
export class PostEditing {
  constructor(
    private readonly posts: PostsRepository,
    private readonly revisions: RevisionsRepository,
    private readonly slugs: SlugsRepository,
    private readonly outbox: Outbox,
    private readonly live: LiveEvents,
    private readonly settings: Settings,
  ) {}

  /**
   * @param edit changes the entity; what it throws leaves the post as it was
   * @throws AppError `POST_NOT_FOUND`, `POST_NOT_YOURS`, `VERSION_MISMATCH`, `SLUG_TAKEN`
   */
  @Transactional()
  async change(target: PostTarget, edit: (post: Post) => void | Promise<void>): Promise<PostRow> {
    const post = await this.lockEditable(target);
    checkPrecondition(target.ifMatch, post);
    return this.apply(post, target.actor.id, edit);
  }

  /**
   * The same for a post that is locked already.
   * @param editorId who changes it; its last editor where nobody does
   */
  @Transactional()
  async apply(post: Post, editorId: string | null, edit: (post: Post) => void | Promise<void>): Promise<PostRow> {
    const { slug, status, deletedAt } = post;
    await edit(post);
    await this.revisions.keep(post.id, this.settings.REVISIONS_KEEP);
    if (post.slug !== slug) await this.changeSlug(post, slug);
    const row = await this.posts.update(post, editorId);
    if (row.status === 'published' && status !== 'published') await this.outbox.record(new PostPublished(post.id));
    const told = postChange({ slug, status, deletedAt }, row, post.deletedAt);
    if (told) await this.live.record(told);
    return row;
  }

  private async lockEditable({ actor, id, isTrashed }: PostTarget): Promise<Post> {
    const post = isTrashed ? await this.posts.lockTrashedById(id) : await this.posts.lockById(id);
    if (!post || (isTrashed ? !canEdit(actor, post) : !canSee(actor, post))) throw new AppError('POST_NOT_FOUND');
    if (!canEdit(actor, post)) throw new AppError('POST_NOT_YOURS');
    return post;
  }

  private async changeSlug(post: Post, former: string): Promise<void> {
    if (await this.slugs.isTaken(post.slug, post.id)) throw new AppError('SLUG_TAKEN');
    await this.slugs.change(post.id, former, post.slug);
  }
}
