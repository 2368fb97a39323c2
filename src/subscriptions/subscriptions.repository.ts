import { Injectable } from '@nestjs/common';
import { newId } from '../common/ids/uuid.js';
import type { PageQuery } from '../common/paging/page-query.dto.js';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, type KeysetOrder } from '../core/paging/keyset-pager.js';

export interface SubscriptionRow {
  id: string;
  authorId: string;
  authorUsername: string;
  authorFullName: string | null;
  createdAt: Date;
}

/** Who follows whom. */
export interface Follow {
  subscriberId: string;
  authorId: string;
}

/** A follower who wants mail, and may get it. */
export interface FollowerRow {
  subscriberId: string;
  email: string;
}

const FOLLOW = {
  name: 'subscriptions.follow',
  text: `INSERT INTO subscriptions (id, author_id, subscriber_id) VALUES ($1, $2, $3)
    ON CONFLICT (author_id, subscriber_id) DO NOTHING`,
};

const UNFOLLOW = {
  name: 'subscriptions.unfollow',
  text: 'DELETE FROM subscriptions WHERE author_id = $1 AND subscriber_id = $2',
};

// In the order of the unique index, so that a page costs the same however far one is.
const FOLLOWERS = {
  name: 'subscriptions.followers',
  text: `SELECT s.subscriber_id AS "subscriberId", u.email FROM subscriptions s JOIN users u ON u.id = s.subscriber_id
    WHERE s.author_id = $1 AND ($2::uuid IS NULL OR s.subscriber_id > $2)
      AND u.deleted_at IS NULL AND u.is_active AND u.email_verified_at IS NOT NULL
    ORDER BY s.subscriber_id LIMIT $3`,
};

const AMONG = {
  name: 'subscriptions.among',
  text: `SELECT subscriber_id AS "subscriberId", author_id AS "authorId" FROM subscriptions
    WHERE (author_id, subscriber_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
};

const COLUMNS = `s.id, s.created_at AS "createdAt", u.id AS "authorId", u.username AS "authorUsername",
  u.full_name AS "authorFullName"`;

const LATEST_FIRST: KeysetOrder<SubscriptionRow> = {
  column: 's.created_at',
  type: 'timestamptz',
  descending: true,
  valueOf: (row) => row.createdAt.toISOString(),
};

@Injectable()
export class SubscriptionsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  async follow(subscriberId: string, authorId: string): Promise<void> {
    await this.sql.rows(FOLLOW, [newId(), authorId, subscriberId]);
  }

  async unfollow(subscriberId: string, authorId: string): Promise<void> {
    await this.sql.rows(UNFOLLOW, [authorId, subscriberId]);
  }

  /** Those of the pairs that are there. */
  async among(pairs: Follow[]): Promise<Follow[]> {
    const [authors, subscribers] = [pairs.map((pair) => pair.authorId), pairs.map((pair) => pair.subscriberId)];
    return this.sql.rows<Follow>(AMONG, [authors, subscribers]);
  }

  /**
   * Those who may get mail, page by page.
   * @param afterId the last subscriber of the page before; null for the first page
   */
  async followers(authorId: string, afterId: string | null, limit: number): Promise<FollowerRow[]> {
    return this.sql.rows<FollowerRow>(FOLLOWERS, [authorId, afterId, limit]);
  }

  /** Authors whose accounts are deleted are left out. */
  async page(subscriberId: string, query: PageQuery): Promise<RowPage<SubscriptionRow>> {
    const filter = new Conditions();
    filter.add(`s.subscriber_id = ${filter.bind(subscriberId)}`);
    const list = {
      name: 'subscriptions.page',
      columns: COLUMNS,
      from: 'subscriptions s JOIN users u ON u.id = s.author_id AND u.deleted_at IS NULL',
      id: 's.id',
    };
    return this.pager.page<SubscriptionRow>(
      { ...list, filter, filteredBy: [subscriberId], order: LATEST_FIRST },
      query,
    );
  }
}
