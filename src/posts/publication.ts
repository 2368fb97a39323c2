import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/access/actor.js';
import { AppError, invalidField } from '../common/errors/app-error.js';
import { Clock } from '../core/clock/clock.js';
import { Settings } from '../core/config/settings.js';
import type { Post } from './post.entity.js';

/** What a request may say of whether and when a post is to be read. */
export interface PublicationWish {
  published?: boolean;
  /** Null takes a time back. */
  publishAt?: Date | null;
}

/** Who may publish, and what a wish to publish means for the state that a post is in. */
@Injectable()
export class Publication {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * What is not sent stays as it is.
   * @throws AppError `EMAIL_NOT_VERIFIED`, `POST_STATE_CONFLICT`, 422 for wishes that contradict each other
   */
  set(actor: Actor, post: Post, { published, publishAt }: PublicationWish): void {
    if (published === false) {
      if (publishAt) throw invalidField('publishAt', 'CONTRADICTS', 'publishAt contradicts published being false');
      if (post.status !== 'draft') post.unpublish();
    } else if (publishAt) {
      this.publish(actor, post, publishAt);
    } else if (published) {
      if (post.status !== 'published') this.publish(actor, post);
    } else if (publishAt === null && post.status === 'scheduled') {
      post.unpublish();
    }
  }

  /** At that time; now where there is none. */
  publish(actor: Actor, post: Post, publishAt?: Date): void {
    if (this.settings.REQUIRE_VERIFIED !== 'off' && !actor.emailVerified) throw new AppError('EMAIL_NOT_VERIFIED');
    const now = this.clock.now();
    if (publishAt) post.schedule(publishAt, now);
    else post.publish(now);
  }
}
