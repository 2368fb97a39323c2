import { Injectable } from '@nestjs/common';
import { Sql } from '../../core/database/sql.js';
import type { UserRow } from '../../users/dto/user.response.js';
import { userColumns } from '../../users/user-columns.js';

const ACCOUNT = {
  name: 'identities.account',
  text: `SELECT ${userColumns('u.')}, u.deleted_at IS NOT NULL AS "isDeleted"
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
  async account(issuer: string, subject: string): Promise<(UserRow & { isDeleted: boolean }) | undefined> {
    return this.sql.row<UserRow & { isDeleted: boolean }>(ACCOUNT, [issuer, subject]);
  }

  async insert(issuer: string, subject: string, userId: string): Promise<void> {
    await this.sql.rows(INSERT, [issuer, subject, userId]);
  }
}
