import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { isUuid } from '../common/ids/uuid.js';
import { Settings } from '../core/config/settings.js';
import type { SearchLanguage } from '../core/config/setting-kinds.js';
import { AMONG_KEYS, KeyedReads } from '../core/database/keyed-reads.js';
import { Sql, type Statement } from '../core/database/sql.js';
import { LIVE_AUTHORS_POSTS, postColumns, type PostRow } from './post-row.js';
import { Post } from './post.entity.js';
import { indexPosts } from './search/post-search.js';
import { reindex } from './search/reindex.js';

export type NewPost = Pick<
  Post,
  'id' | 'authorId' | 'slug' | 'title' | 'content' | 'excerpt' | 'tags' | 'status' | 'publishedAt' | 'publishAt'
>;

const SELECT = `SELECT ${postColumns()} FROM ${LIVE_AUTHORS_POSTS}`;

const BY_IDS = { name: 'posts.byIds', text: `${SELECT} WHERE p.id ${AMONG_KEYS} AND p.deleted_at IS NULL` };
const BY_ID = { name: 'posts.byId', text: `${SELECT} WHERE p.id = $1 AND p.deleted_at IS NULL` };
const BY_SLUG = { name: 'posts.bySlug', text: `${SELECT} WHERE p.slug = $1 AND p.deleted_at IS NULL` };

const BY_FORMER_SLUG = {
  name: 'posts.byFormerSlug',
  text: `${SELECT} JOIN post_slugs s ON s.post_id = p.id WHERE s.slug = $1 AND p.deleted_at IS NULL`,
};

const PUBLISHED_AMONG = {
  name: 'posts.publishedAmong',
  text: `${SELECT} WHERE p.id = ANY($1::uuid[]) AND p.status = 'published' AND p.deleted_at IS NULL`,
};

// The join keeps posts of deleted accounts out; only the post is locked.
const LOCK = `SELECT p.id FROM ${LIVE_AUTHORS_POSTS} WHERE p.id = $1 AND p.deleted_at`;
const LOCK_LIVE = { name: 'posts.lock', text: `${LOCK} IS NULL FOR UPDATE OF p` };
const LOCK_TRASHED = { name: 'posts.lockTrashed', text: `${LOCK} IS NOT NULL FOR UPDATE OF p` };

// Authors who may not sign in publish nothing meanwhile.
const IS_DUE = `FROM ${LIVE_AUTHORS_POSTS} AND u.is_active
    WHERE p.status = 'scheduled' AND p.deleted_at IS NULL AND p.publish_at <= $1`;

const DUE = { name: 'posts.due', text: `SELECT p.id ${IS_DUE} ORDER BY p.publish_at, p.id LIMIT $2` };
const LOCK_DUE = { name: 'posts.lockDue', text: `SELECT p.id ${IS_DUE} AND p.id = $2 FOR UPDATE OF p SKIP LOCKED` };

/** A written post as it is answered, with its search index written along. */
const answered = (write: string, language: SearchLanguage): string => `WITH p AS (
      ${write}
      RETURNING *
    ), indexed AS (
      ${indexPosts(language, 'p')}
    ) SELECT ${postColumns()} FROM p JOIN users u ON u.id = p.author_id`;

// A taken slug makes no row, so that another can be tried in the same transaction. One that another post had once is
// taken too: links to it lead there. Both are looked for in one snapshot, or a post that is just being renamed would
// have its slug neither here nor there.
const INSERT = `INSERT INTO posts (id, slug, title, content, excerpt, tags, status, published_at, publish_at, author_id,
        edited_by_id)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10
      WHERE NOT EXISTS (
        SELECT 1 FROM post_slugs s JOIN posts o ON o.id = s.post_id AND o.deleted_at IS NULL WHERE s.slug = $2
      ) AND NOT EXISTS (SELECT 1 FROM posts WHERE slug = $2 AND deleted_at IS NULL)
      ON CONFLICT (slug) WHERE deleted_at IS NULL DO NOTHING`;

const UPDATE = `UPDATE posts SET slug = $2, title = $3, content = $4, excerpt = $5, tags = $6, status = $7,
        published_at = $8, publish_at = $9, edited_by_id = $10, deleted_at = $11, version = version + 1,
        updated_at = now()
      WHERE id = $1`;

const PURGE = {
  name: 'posts.purge',
  text: `DELETE FROM posts WHERE id IN (
      SELECT id FROM posts WHERE deleted_at < $1 ORDER BY deleted_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
    ) RETURNING id`,
};

/** Posts one by one; an author who was deleted has none. */
@Injectable()
export class PostsRepository {
  private readonly single = new KeyedReads<PostRow>(
    async (ids) => this.sql.rows(BY_IDS, [ids]),
    ({ id }) => id,
  );
  private readonly statements: Record<'insert' | 'update' | 'reindex', Statement>;

  constructor(
    private readonly sql: Sql,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
    { SEARCH_LANGUAGE: language }: Settings,
  ) {
    this.statements = {
      insert: { name: 'posts.insert', text: answered(INSERT, language) },
      update: { name: 'posts.update', text: answered(UPDATE, language) },
      reindex: reindex(language),
    };
  }

  /** By a former slug as well, where no post has it now. Outside of any transaction. */
  async byIdOrSlug(idOrSlug: string): Promise<PostRow | undefined> {
    // As PostgreSQL spells ids.
    if (isUuid(idOrSlug)) return this.single.one(idOrSlug.toLowerCase());
    return (
      (await this.sql.row<PostRow>(BY_SLUG, [idOrSlug])) ?? (await this.sql.row<PostRow>(BY_FORMER_SLUG, [idOrSlug]))
    );
  }

  async byId(id: string): Promise<PostRow | undefined> {
    return this.sql.row<PostRow>(BY_ID, [id]);
  }

  async publishedAmong(ids: string[]): Promise<PostRow[]> {
    return this.sql.rows<PostRow>(PUBLISHED_AMONG, [ids]);
  }

  /** @returns undefined when the slug is taken */
  async insert(post: NewPost): Promise<PostRow | undefined> {
    return this.sql.row<PostRow>(this.statements.insert, [...written(post), post.authorId]);
  }

  /**
   * Writes a changed post as its next version.
   * @param editorId who changed it; null where nobody did
   * @throws the unique violation `posts_slug_unique` when the slug is taken
   */
  async update(post: Post, editorId: string | null): Promise<PostRow> {
    const row = await this.sql.row<PostRow>(this.statements.update, [...written(post), editorId, post.deletedAt]);
    if (!row) throw new Error(`The post ${post.id} is gone although it was locked`);
    return row;
  }

  /** @returns the post as an entity, locked until the transaction ends */
  async lockById(id: string): Promise<Post | null> {
    return this.entity(await this.sql.row<{ id: string }>(LOCK_LIVE, [id]));
  }

  /** The same for one in the trash. */
  async lockTrashedById(id: string): Promise<Post | null> {
    return this.entity(await this.sql.row<{ id: string }>(LOCK_TRASHED, [id]));
  }

  /** Scheduled posts whose time has come, the earliest first. */
  async due(now: Date, limit: number): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(DUE, [now, limit]);
    return rows.map((row) => row.id);
  }

  /** @returns null when the post is not due any more, or another process has it at hand */
  async lockDue(id: string, now: Date): Promise<Post | null> {
    return this.entity(await this.sql.row<{ id: string }>(LOCK_DUE, [now, id]));
  }

  /** Deletes for good what was put into the trash before. @returns how many */
  async purge(before: Date, limit: number): Promise<number> {
    const rows = await this.sql.rows(PURGE, [before, limit]);
    return rows.length;
  }

  /**
   * Makes the search index of posts anew that have none, or one of another language.
   * @param afterId where to go on
   * @returns the last one that was, null where there was none
   */
  async reindex(afterId: string, limit: number): Promise<string | null> {
    const row = await this.sql.row<{ last: string }>(this.statements.reindex, [afterId, limit]);
    return row?.last ?? null;
  }

  private async entity(row: { id: string } | undefined): Promise<Post | null> {
    return row ? this.transactions.tx.getRepository(Post).findOneBy({ id: row.id }) : null;
  }
}

/** The first parameters of both statements that write a post. */
const written = ({ id, slug, title, content, excerpt, tags, status, publishedAt, publishAt }: NewPost): unknown[] => [
  id,
  slug,
  title,
  content,
  excerpt,
  tags,
  status,
  publishedAt,
  publishAt,
];
