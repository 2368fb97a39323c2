import { Injectable } from '@nestjs/common';
import type { RowPage } from '../../common/paging/page.js';
import { Conditions, escapeLike } from '../../core/database/conditions.js';
import { KeysetPager, type KeysetOrder } from '../../core/paging/keyset-pager.js';
import { LIVE_AUTHORS_POSTS } from '../post-row.js';
import type { ListTagsQuery, TagSort } from './list-tags.query.js';

export interface TagRow {
  name: string;
  /** Published posts with this tag. */
  count: number;
}

const COUNTED = `(
    SELECT tag AS name, count(*)::int AS count FROM ${LIVE_AUTHORS_POSTS}, unnest(p.tags) AS tag
    WHERE p.status = 'published' AND p.deleted_at IS NULL GROUP BY tag
  ) t`;

const BY_NAME = { column: 't.name', type: 'text', valueOf: (row: TagRow) => row.name } as const;
const BY_COUNT = { column: 't.count', type: 'int', valueOf: (row: TagRow) => String(row.count) } as const;

const ORDERS: Record<TagSort, KeysetOrder<TagRow>> = {
  name: { ...BY_NAME, descending: false },
  '-name': { ...BY_NAME, descending: true },
  count: { ...BY_COUNT, descending: false },
  '-count': { ...BY_COUNT, descending: true },
};

@Injectable()
export class TagsRepository {
  constructor(private readonly pager: KeysetPager) {}

  async page(query: ListTagsQuery): Promise<RowPage<TagRow>> {
    const filter = new Conditions();
    filter.when(query.q, (value) => `t.name LIKE ${filter.bind(`${escapeLike(value)}%`)}`);
    const list = { name: 'tags.page', columns: 't.name, t.count, t.name AS id', from: COUNTED, id: 't.name' };
    return this.pager.page<TagRow & { id: string }>(
      { ...list, idType: 'text', filter, filteredBy: [query.q], order: ORDERS[query.sort] },
      query,
    );
  }
}
