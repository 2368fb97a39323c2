import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { isUuid } from '../common/ids/uuid.js';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, type KeysetOrder } from '../core/paging/keyset-pager.js';
import { identityKey } from '../users/identity.js';
import type { ListPostsQuery } from './dto/list-posts.query.js';
import { Post, type PostStatus } from './post.entity.js';

/** A post as it is answered, with its author beside it. */
export type PostRow = Pick<
  Post,
  | 'id'
  | 'authorId'
  | 'slug'
  | 'title'
  | 'content'
  | 'excerpt'
  | 'tags'
  | 'status'
  | 'publishedAt'
  | 'publishAt'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
> & { authorUsername: string; authorFullName: string | null };

export type NewPost = Pick<
  Post,
  'id' | 'authorId' | 'slug' | 'title' | 'content' | 'excerpt' | 'tags' | 'status' | 'publishedAt'
>;

/** Whose posts a list may show. */
export interface Visibility {
  /** Only this author's; everybody's where it is undefined. */
  authorId: string | undefined;
}

const COLUMNS = `p.id, p.author_id AS "authorId", p.slug, p.title, p.content, p.excerpt, p.tags, p.status,
  p.published_at AS "publishedAt", p.publish_at AS "publishAt", p.version,
  p.created_at AS "createdAt", p.updated_at AS "updatedAt",
  u.username AS "authorUsername", u.full_name AS "authorFullName"`;

// A deleted account takes its posts along, whatever becomes of their rows.
const FROM = 'posts p JOIN users u ON u.id = p.author_id AND u.deleted_at IS NULL';

const BY_ID = { name: 'posts.byId', text: `SELECT ${COLUMNS} FROM ${FROM} WHERE p.id = $1 AND p.deleted_at IS NULL` };
const BY_SLUG = {
  name: 'posts.bySlug',
  text: `SELECT ${COLUMNS} FROM ${FROM} WHERE p.slug = $1 AND p.deleted_at IS NULL`,
};

// The join keeps posts of deleted accounts out; only the post is locked.
const LOCK = {
  name: 'posts.lock',
  text: `SELECT p.id FROM ${FROM} WHERE p.id = $1 AND p.deleted_at IS NULL FOR UPDATE OF p`,
};

// A taken slug makes no row, so that another can be tried in the same transaction.
const INSERT = {
  name: 'posts.insert',
  text: `WITH p AS (
      INSERT INTO posts (id, author_id, slug, title, content, excerpt, tags, status, published_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING
      RETURNING *
    ) SELECT ${COLUMNS} FROM p JOIN users u ON u.id = p.author_id`,
};

const NEWEST_FIRST: KeysetOrder<PostRow> = {
  column: 'p.created_at',
  type: 'timestamptz',
  descending: true,
  valueOf: (row) => row.createdAt.toISOString(),
};

const LATEST_FIRST: KeysetOrder<PostRow> = {
  ...NEWEST_FIRST,
  column: 'p.published_at',
  // A published post has this time; the type cannot know.
  valueOf: (row) => (row.publishedAt ?? row.createdAt).toISOString(),
};

// Spelled out, not bound: the partial index is only used where the planner can see the status.
const HAS_STATUS: Record<PostStatus, string> = {
  draft: "p.status = 'draft'",
  scheduled: "p.status = 'scheduled'",
  published: "p.status = 'published'",
};

/** Posts that are neither deleted themselves nor of a deleted author. */
@Injectable()
export class PostsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
  ) {}

  async byIdOrSlug(idOrSlug: string): Promise<PostRow | undefined> {
    return this.sql.row<PostRow>(isUuid(idOrSlug) ? BY_ID : BY_SLUG, [idOrSlug]);
  }

  async byId(id: string): Promise<PostRow | undefined> {
    return this.sql.row<PostRow>(BY_ID, [id]);
  }

  /** @returns undefined when the slug is taken */
  async insert(post: NewPost): Promise<PostRow | undefined> {
    const { id, authorId, slug, title, content, excerpt, tags, status, publishedAt } = post;
    return this.sql.row<PostRow>(INSERT, [id, authorId, slug, title, content, excerpt, tags, status, publishedAt]);
  }

  /** Published ones by the time they appeared, others by the time they were made; newest first. */
  async page(query: ListPostsQuery, { authorId }: Visibility): Promise<RowPage<PostRow>> {
    const { status, tag, author } = query;
    const filter = new Conditions().add('p.deleted_at IS NULL').add(HAS_STATUS[status]);
    filter.when(authorId, (id) => `p.author_id = ${filter.bind(id)}`);
    filter.when(tag, (value) => `p.tags @> ARRAY[${filter.bind(value)}]::text[]`);
    filter.when(author, (value) =>
      isUuid(value) ? `p.author_id = ${filter.bind(value)}` : `u.username_key = ${filter.bind(identityKey(value))}`,
    );
    const order = status === 'published' ? LATEST_FIRST : NEWEST_FIRST;
    const list = { name: 'posts.page', columns: COLUMNS, from: FROM, id: 'p.id', filter, order };
    return this.pager.page<PostRow>({ ...list, filteredBy: [status, authorId, tag, author] }, query);
  }

  /** @returns the post as an entity, locked until the transaction ends */
  async lockById(id: string): Promise<Post | null> {
    const locked = await this.sql.row<{ id: string }>(LOCK, [id]);
    return locked ? this.transactions.tx.getRepository(Post).findOneBy({ id }) : null;
  }

  /** @throws the unique violation `posts_slug_unique` when the slug is taken */
  async save(post: Post): Promise<void> {
    post.version += 1;
    await this.transactions.tx.getRepository(Post).save(post);
  }
}
