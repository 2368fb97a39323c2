import { Injectable } from '@nestjs/common';
import { Sql } from '../../core/database/sql.js';

const IS_TAKEN = {
  name: 'slugs.isTaken',
  text: `SELECT EXISTS (SELECT 1 FROM posts WHERE slug = $1 AND deleted_at IS NULL AND id <> $2)
    OR EXISTS (
      SELECT 1 FROM post_slugs s JOIN posts p ON p.id = s.post_id AND p.deleted_at IS NULL
      WHERE s.slug = $1 AND s.post_id <> $2
    ) AS "isTaken"`,
};

// What a live post had once stays its own: this one may come out of the trash, in which it had lost its slug.
const REMEMBER = {
  name: 'slugs.remember',
  text: `INSERT INTO post_slugs (slug, post_id) VALUES ($1, $2)
    ON CONFLICT (slug) DO UPDATE SET post_id = excluded.post_id, created_at = now()
      WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = post_slugs.post_id AND p.deleted_at IS NULL)`,
};

const FORGET = { name: 'slugs.forget', text: 'DELETE FROM post_slugs WHERE slug = $1 AND post_id = $2' };

/** Which slugs posts have had. */
@Injectable()
export class SlugsRepository {
  constructor(private readonly sql: Sql) {}

  /** Whether another post has it, or had it once, so that links to it lead there. */
  async isTaken(slug: string, postId: string): Promise<boolean> {
    const row = await this.sql.row<{ isTaken: boolean }>(IS_TAKEN, [slug, postId]);
    return row?.isTaken ?? false;
  }

  /** Links to the former slug lead to the post from now on. */
  async change(postId: string, former: string, slug: string): Promise<void> {
    await this.sql.rows(REMEMBER, [former, postId]);
    await this.sql.rows(FORGET, [slug, postId]);
  }
}
