import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import { Clock } from '../core/clock/clock.js';
import { PostEditing, type PostTarget } from './post-editing.js';
import type { PostRow } from './post-row.js';
import type { Post } from './post.entity.js';
import { PostsRepository } from './posts.repository.js';
import { slugCandidates } from './slugs/slug.js';
import { SlugsRepository } from './slugs/slugs.repository.js';

const DAY = 86_400_000;
/** For so long a post can be taken out of the trash, in milliseconds. */
const TRASH_RETENTION = 30 * DAY;
/** Posts a statement; more would hold their locks for longer. */
const PURGE_BATCH = 500;

/** The trash of posts. */
@Injectable()
export class TrashService {
  constructor(
    private readonly editing: PostEditing,
    private readonly posts: PostsRepository,
    private readonly slugs: SlugsRepository,
    private readonly clock: Clock,
  ) {}

  /** The slug is free again at once. */
  async remove(target: PostTarget): Promise<void> {
    await this.editing.change(target, (post) => post.trash(this.clock.now()));
  }

  /** Where the slug was given away meanwhile the post gets another one. */
  @Transactional()
  async restore(actor: Actor, id: string): Promise<PostRow> {
    const isTrashed = (await this.posts.byId(id)) === undefined;
    return this.editing.change({ actor, id, isTrashed }, async (post) => {
      post.restore();
      post.slug = await this.freeSlug(post);
    });
  }

  /** Deletes for good what has been in the trash for too long. */
  async purge(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - TRASH_RETENTION);
    while ((await this.posts.purge(before, PURGE_BATCH)) === PURGE_BATCH);
  }

  private async freeSlug({ id, slug }: Post): Promise<string> {
    for (const candidate of slugCandidates(slug)) if (!(await this.slugs.isTaken(candidate, id))) return candidate;
    throw new AppError('SLUG_TAKEN');
  }
}
