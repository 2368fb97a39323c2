import { Injectable } from '@nestjs/common';
import { isUuid } from '../common/ids/uuid.js';
import type { RowPage } from '../common/paging/page.js';
import { Settings } from '../core/config/settings.js';
import { Conditions } from '../core/database/conditions.js';
import { KeysetPager, type KeysetList, type KeysetOrder } from '../core/paging/keyset-pager.js';
import { identityKey } from '../users/identity.js';
import type { ListPostsQuery, ListStatus, PostSort, SortField } from './dto/list-posts.query.js';
import { LIVE_AUTHORS_POSTS, postColumns, type PostRow } from './post-row.js';
import { latestMatches, RANKED } from './search/latest-matches.js';
import { searchQuery, snippet } from './search/post-search.js';

/** Whose posts a list may show. */
export interface Visibility {
  /** Only this author's; everybody's where it is undefined. */
  authorId: string | undefined;
}

// Spelled out, not bound: a partial index is only used where the planner can see the status.
const HAS_STATUS: Record<ListStatus, string> = {
  draft: "p.status = 'draft' AND p.deleted_at IS NULL",
  scheduled: "p.status = 'scheduled' AND p.deleted_at IS NULL",
  published: "p.status = 'published' AND p.deleted_at IS NULL",
  trashed: 'p.deleted_at IS NOT NULL',
};

type Order = Omit<KeysetOrder<PostRow>, 'descending'>;

const BY_TIME: Record<'created_at' | 'updated_at', Order> = {
  created_at: { column: 'p.created_at', type: 'timestamptz', valueOf: (row) => row.createdAt.toISOString() },
  updated_at: { column: 'p.updated_at', type: 'timestamptz', valueOf: (row) => row.updatedAt.toISOString() },
};

const ORDERS: Record<SortField, Order> = {
  createdAt: BY_TIME.created_at,
  updatedAt: BY_TIME.updated_at,
  title: { column: 'p.title', type: 'text', valueOf: (row) => row.title },
  publishedAt: {
    column: 'p.published_at',
    type: 'timestamptz',
    // A published post has this time; the type cannot know.
    valueOf: (row) => (row.publishedAt ?? row.createdAt).toISOString(),
  },
};

/** Posts that are not published have no such time, or may have none: keyset paging needs one. */
const BY_PROMISE: Order = {
  column: 'coalesce(p.published_at, p.publish_at, p.created_at)',
  type: 'timestamptz',
  valueOf: (row) => (row.publishedAt ?? row.publishAt ?? row.createdAt).toISOString(),
};

const BY_RANK: KeysetOrder<PostRow & { rank?: number }> = {
  column: 'p.rank',
  type: 'real',
  descending: true,
  valueOf: (row) => String(row.rank),
};

/** Lists of posts whose authors are not deleted. */
@Injectable()
export class PostListsRepository {
  constructor(
    private readonly pager: KeysetPager,
    private readonly settings: Settings,
  ) {}

  async page(query: ListPostsQuery, { authorId }: Visibility): Promise<RowPage<PostRow>> {
    const { status, tag, author, q, since, before } = query;
    const filter = new Conditions().add(HAS_STATUS[status]);
    filter.when(authorId, (id) => `p.author_id = ${filter.bind(id)}`);
    filter.when(tag, (value) => `p.tags @> ARRAY[${filter.bind(value)}]::text[]`);
    filter.when(author, (value) =>
      isUuid(value) ? `p.author_id = ${filter.bind(value)}` : `u.username_key = ${filter.bind(identityKey(value))}`,
    );
    const filteredBy = [status, authorId, tag, author, q, since, before];
    const found = q === undefined ? listed(query, within(query, filter)) : this.found(query, q, filter);
    return this.pager.page<PostRow>({ name: 'posts.page', id: 'p.id', filteredBy, ...found }, query);
  }

  private found(query: ListPostsQuery, q: string, filter: Conditions): Listed {
    const { SEARCH_LANGUAGE: language } = this.settings;
    const { match, rank } = searchQuery(filter, language, q);
    const bounds = within(query, new Conditions(filter.values), 's.published_at');
    const found = bounds.copy().add(`s.search @@ ${match}`);
    const all = `${LIVE_AUTHORS_POSTS} JOIN post_search s ON s.post_id = p.id AND ${found.all}`;
    const withSnippet = (columns: string) => `${columns}, ${snippet(language, match)} AS snippet`;
    if (query.sort) {
      const list = listed(query, filter);
      return { ...list, from: all, columns: withSnippet(list.columns), planEachTime: true };
    }
    const isPublic = query.status === 'published';
    // Where nothing else is asked of the posts, the index alone tells which are the latest: the others are not read.
    const isByWordsAlone = isPublic && query.tag === undefined && query.author === undefined;
    const published = bounds.add('s.published_at IS NOT NULL').all;
    const latest = `${LIVE_AUTHORS_POSTS} JOIN ${latestMatches(match, published)} ON s.post_id = p.id`;
    const ranked = `(
        SELECT p.*, u.username AS author_username, u.full_name AS author_full_name, ts_rank(s.search, ${rank}, 1) AS rank
        FROM ${isByWordsAlone ? latest : all} ${filter.where}
        ORDER BY ${isPublic ? 's.published_at' : 'p.created_at'} DESC LIMIT ${RANKED}
      ) p`;
    return {
      columns: `${withSnippet(columnsFor(query, 'p.author_'))}, p.rank`,
      from: ranked,
      filter: new Conditions(filter.values),
      order: BY_RANK,
      counted: { from: all, filter },
      planEachTime: true,
    };
  }
}

/** Adds the bounds of time; the index of the search has the time of publication too. */
function within(
  { status, since, before }: ListPostsQuery,
  filter: Conditions,
  publishedAt: 'p.published_at' | 's.published_at' = 'p.published_at',
): Conditions {
  const time = status === 'published' ? publishedAt : 'p.created_at';
  filter.when(since, (value) => `${time} >= ${filter.bind(value)}`);
  filter.when(before, (value) => `${time} < ${filter.bind(value)}`);
  return filter;
}

type Listed = Omit<KeysetList<PostRow>, 'name' | 'id' | 'filteredBy'>;

function listed(query: ListPostsQuery, filter: Conditions): Listed {
  return { columns: columnsFor(query), from: LIVE_AUTHORS_POSTS, filter, order: orderOf(query) };
}

function orderOf({ status, sort }: ListPostsQuery): KeysetOrder<PostRow> {
  const key = sort ?? DEFAULT_SORTS[status];
  const field = key.replace('-', '') as SortField;
  const order = field === 'publishedAt' && status !== 'published' ? BY_PROMISE : ORDERS[field];
  return { ...order, descending: key.startsWith('-') };
}

const DEFAULT_SORTS: Record<ListStatus, PostSort> = {
  published: '-publishedAt',
  scheduled: '-createdAt',
  draft: '-createdAt',
  // What was put into the trash last stands first.
  trashed: '-updatedAt',
};

/** The content is most of a post: it is only read where it is asked for. */
function columnsFor({ fields }: ListPostsQuery, author?: 'p.author_'): string {
  const columns = postColumns(author);
  return !fields || fields.includes('content') ? columns : columns.replace('p.content,', `'' AS content,`);
}
