import { Injectable } from '@nestjs/common';
import { AppError } from '../common/errors/app-error.js';
import type { PageQuery } from '../common/paging/page-query.dto.js';
import type { RowPage } from '../common/paging/page.js';
import { UsersService } from '../users/users.service.js';
import {
  SubscriptionsRepository,
  type Follow,
  type FollowerRow,
  type SubscriptionRow,
} from './subscriptions.repository.js';
import { UnsubscribeTokens } from './unsubscribe-tokens.js';

/** Who follows whom. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    private readonly users: UsersService,
    private readonly tokens: UnsubscribeTokens,
  ) {}

  async follow(subscriberId: string, authorId: string): Promise<void> {
    await this.checkAuthor(authorId);
    await this.subscriptions.follow(subscriberId, authorId);
  }

  /** What is not there any more needs no ending: repeating it is no error. */
  async unfollow(subscriberId: string, authorId: string): Promise<void> {
    await this.subscriptions.unfollow(subscriberId, authorId);
  }

  /** @throws AppError `LINK_TOKEN_INVALID` */
  async unsubscribe(token: string): Promise<void> {
    const ended = this.tokens.read(token);
    if (!ended) throw new AppError('LINK_TOKEN_INVALID');
    await this.subscriptions.unfollow(ended.subscriberId, ended.authorId);
  }

  async page(subscriberId: string, query: PageQuery): Promise<RowPage<SubscriptionRow>> {
    return this.subscriptions.page(subscriberId, query);
  }

  /** Those of the pairs that are there. */
  async among(pairs: Follow[]): Promise<Follow[]> {
    return this.subscriptions.among(pairs);
  }

  /** Followers who may get mail, in a fixed order, after the one that was the last before. */
  async followers(authorId: string, afterId: string | null, limit: number): Promise<FollowerRow[]> {
    return this.subscriptions.followers(authorId, afterId, limit);
  }

  private async checkAuthor(authorId: string): Promise<void> {
    if (!(await this.users.contact(authorId))) throw new AppError('USER_NOT_FOUND');
  }
}
