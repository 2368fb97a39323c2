import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/access/actor.js';
import { AppError } from '../../common/errors/app-error.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';
import { PostEditing, type PostTarget } from '../post-editing.js';
import type { PostRow } from '../post-row.js';
import { canEdit, canSee } from '../posts.policy.js';
import { PostsRepository } from '../posts.repository.js';
import { RevisionsRepository, type RevisionRow } from './revisions.repository.js';

/** Former versions of posts, for those who may change them. */
@Injectable()
export class RevisionsService {
  constructor(
    private readonly posts: PostsRepository,
    private readonly revisions: RevisionsRepository,
    private readonly editing: PostEditing,
  ) {}

  async page(actor: Actor, postId: string, query: PageQuery): Promise<RowPage<RevisionRow>> {
    await this.checkEditable(actor, postId);
    return this.revisions.page(postId, query);
  }

  async read(actor: Actor, postId: string, version: number): Promise<RevisionRow> {
    await this.checkEditable(actor, postId);
    return this.one(postId, version);
  }

  /** The texts of that version become those of a new one. Its slug and its state do not: links and readers stay. */
  async restore(target: PostTarget, version: number): Promise<PostRow> {
    return this.editing.change(target, async (post) => {
      const { title, content, excerpt, tags } = await this.one(target.id, version);
      Object.assign(post, { title, content, excerpt, tags });
    });
  }

  private async one(postId: string, version: number): Promise<RevisionRow> {
    const revision = await this.revisions.one(postId, version);
    if (!revision) throw new AppError('REVISION_NOT_FOUND');
    return revision;
  }

  private async checkEditable(actor: Actor, postId: string): Promise<void> {
    const post = await this.posts.byId(postId);
    if (!post || !canSee(actor, post)) throw new AppError('POST_NOT_FOUND');
    if (!canEdit(actor, post)) throw new AppError('POST_NOT_YOURS');
  }
}
