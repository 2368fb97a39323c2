import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { Clock } from '../core/clock/clock.js';
import { AppLogger } from '../core/logging/app-logger.js';
import { PostEditing } from './post-editing.js';
import { PostsRepository } from './posts.repository.js';

const BATCH = 100;

/** Lets scheduled posts appear. Any number of processes may do so: the lock on its row lets one of them have a post. */
@Injectable()
export class ScheduledPosts {
  constructor(
    private readonly posts: PostsRepository,
    private readonly editing: PostEditing,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /** @returns how many posts appeared */
  async appearDue(): Promise<number> {
    const now = this.clock.now();
    let appeared = 0;
    for (const id of await this.posts.due(now, BATCH)) if (await this.attempt(id, now)) appeared += 1;
    return appeared;
  }

  /** One that fails does not keep the others waiting. */
  private async attempt(id: string, now: Date): Promise<boolean> {
    try {
      return await this.appear(id, now);
    } catch (error) {
      this.logger.error({ err: error, postId: id, msg: 'A scheduled post could not appear; it is tried again' });
      return false;
    }
  }

  @Transactional()
  private async appear(id: string, now: Date): Promise<boolean> {
    const post = await this.posts.lockDue(id, now);
    if (!post) return false;
    await this.editing.apply(post, post.editedById, () => post.appear());
    return true;
  }
}
