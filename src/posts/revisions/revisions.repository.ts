import { Injectable } from '@nestjs/common';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';
import { Conditions } from '../../core/database/conditions.js';
import { Sql } from '../../core/database/sql.js';
import { KeysetPager, type KeysetOrder } from '../../core/paging/keyset-pager.js';
import type { PostRevision } from './post-revision.entity.js';

export type RevisionRow = Pick<
  PostRevision,
  'version' | 'slug' | 'title' | 'content' | 'excerpt' | 'tags' | 'status' | 'createdAt'
> & {
  editorId: string | null;
  editorUsername: string | null;
  editorFullName: string | null;
};

const COLUMNS = `r.version, r.slug, r.title, r.content, r.excerpt, r.tags, r.status, r.created_at AS "createdAt",
  u.id AS "editorId", u.username AS "editorUsername", u.full_name AS "editorFullName"`;

// A deleted account is not named any more.
const FROM = 'post_revisions r LEFT JOIN users u ON u.id = r.editor_id AND u.deleted_at IS NULL';

// What the row still holds when this runs is what the change is about to replace.
const KEEP = {
  name: 'revisions.keep',
  text: `INSERT INTO post_revisions (post_id, version, slug, title, content, excerpt, tags, status, editor_id, created_at)
    SELECT id, version, slug, title, content, excerpt, tags, status, edited_by_id, updated_at FROM posts WHERE id = $1`,
};

const FORGET = {
  name: 'revisions.forget',
  text: `DELETE FROM post_revisions WHERE post_id = $1 AND version <= (
      SELECT version FROM post_revisions WHERE post_id = $1 ORDER BY version DESC OFFSET $2 LIMIT 1
    )`,
};

const ONE = {
  name: 'revisions.one',
  text: `SELECT ${COLUMNS} FROM ${FROM} WHERE r.post_id = $1 AND r.version = $2`,
};

// Versions are unique in a list, so that the id behind them in the order decides nothing.
const LATEST_FIRST: KeysetOrder<RevisionRow> = {
  column: 'r.version',
  type: 'int',
  descending: true,
  valueOf: (row) => String(row.version),
};

@Injectable()
export class RevisionsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  /**
   * Keeps what a post is now, before it is changed in the same transaction.
   * @param limit former versions to keep; older ones are forgotten
   */
  async keep(postId: string, limit: number): Promise<void> {
    await this.sql.rows(KEEP, [postId]);
    await this.sql.rows(FORGET, [postId, limit]);
  }

  async one(postId: string, version: number): Promise<RevisionRow | undefined> {
    return this.sql.row<RevisionRow>(ONE, [postId, version]);
  }

  async page(postId: string, query: PageQuery): Promise<RowPage<RevisionRow>> {
    const filter = new Conditions();
    filter.add(`r.post_id = ${filter.bind(postId)}`);
    const list = { name: 'revisions.page', columns: `${COLUMNS}, r.post_id AS id`, from: FROM, id: 'r.post_id' };
    return this.pager.page<RevisionRow & { id: string }>(
      { ...list, filter, filteredBy: [postId], order: LATEST_FIRST },
      query,
    );
  }
}
