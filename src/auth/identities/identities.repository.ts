import { Injectable } from '@nestjs/common';
import { Sql } from '../../core/database/sql.js';
import type { LiveAccountRow } from '../sessions/sessions.repository.js';

const ACCOUNT = {
  name: 'identities.account',
  text: `SELECT u.id, u.role, u.is_active AS "isActive", u.email_verified_at IS NOT NULL AS "emailVerified",
      u.deleted_at IS NOT NULL AS "isDeleted"
    FROM identities i JOIN users u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2`,
};

const INSERT = {
  name: 'identities.insert',
  text: 'INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT (issuer, subject) DO NOTHING',
};

@Injectable()
export class IdentitiesRepository {
  constructor(private readonly sql: Sql) {}

  /** The account behind an outside name; a deleted one too, as its owner is not to get another by the same token. */
  async account(issuer: string, subject: string): Promise<(LiveAccountRow & { isDeleted: boolean }) | undefined> {
    return this.sql.row<LiveAccountRow & { isDeleted: boolean }>(ACCOUNT, [issuer, subject]);
  }

  async insert(issuer: string, subject: string, userId: string): Promise<void> {
    await this.sql.rows(INSERT, [issuer, subject, userId]);
  }
}
