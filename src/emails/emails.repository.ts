import { Injectable } from '@nestjs/common';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, NEWEST_FIRST } from '../core/paging/keyset-pager.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { identityKey } from '../users/identity.js';
import { EMAIL_COLUMNS, type DueEmail, type EmailRow } from './email-row.js';
import type { Email, EmailKind } from './email.entity.js';

export type NewEmail = Pick<Email, 'id' | 'kind' | 'userId' | 'toAddress' | 'context' | 'facts'>;

const INSERT = {
  name: 'emails.insert',
  text: 'INSERT INTO emails (id, kind, user_id, to_address, to_key, context, facts) VALUES ($1, $2, $3, $4, $5, $6, $7)',
};

// One mail for a post and an account, however often the post is published. One that was cancelled, as the post had been
// withdrawn, is owed again.
const INSERT_FOR_POST = {
  name: 'emails.insertForPost',
  text: `INSERT INTO emails (id, kind, user_id, to_address, to_key, post_id, context)
    SELECT id, 'new-post', user_id, to_address, to_key, $5, $6
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS recipient (id, user_id, to_address, to_key)
    ON CONFLICT (post_id, user_id) WHERE post_id IS NOT NULL
      DO UPDATE SET state = 'pending', next_try_at = now(), to_address = excluded.to_address, to_key = excluded.to_key
      WHERE emails.state = 'cancelled'
    RETURNING id, tries`,
};

const BULK_BACKLOG = {
  name: 'emails.bulkBacklog',
  text: `SELECT count(*)::int AS total FROM (
      SELECT 1 FROM emails WHERE state IN ('pending', 'sending') AND post_id IS NOT NULL LIMIT $1
    ) AS owed`,
};

const OLDEST_OWED = {
  name: 'emails.oldestOwed',
  text: `SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS age FROM emails
    WHERE state IN ('pending', 'sending')`,
};

const LOCK_RECIPIENT = {
  name: 'emails.lockRecipient',
  text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
};

const COUNT_RECENT = {
  name: 'emails.countRecent',
  text: `SELECT count(*)::int AS total FROM emails
    WHERE to_key = $2 AND kind = $1 AND created_at > now() - $3 * interval '1 second'`,
};

const BY_ID = { name: 'emails.byId', text: `SELECT ${EMAIL_COLUMNS} FROM emails WHERE id = $1` };
const COUNT = { name: 'emails.countByState', text: 'SELECT state, count(*)::int AS total FROM emails GROUP BY state' };

/** Which mails are owed, and the log of them. */
@Injectable()
export class EmailsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  async insert({ id, kind, userId, toAddress, context, facts }: NewEmail): Promise<void> {
    await this.sql.rows(INSERT, [
      id,
      kind,
      userId,
      toAddress,
      identityKey(toAddress),
      JSON.stringify(context),
      JSON.stringify(facts),
    ]);
  }

  /** @returns the mails that are owed by this call, which are fewer where some were owed before */
  async insertForPost(
    recipients: Pick<NewEmail, 'id' | 'userId' | 'toAddress'>[],
    { postId, context }: { postId: string; context: NewEmail['context'] },
  ): Promise<DueEmail[]> {
    return this.sql.rows<DueEmail>(INSERT_FOR_POST, [
      recipients.map(({ id }) => id),
      recipients.map(({ userId }) => userId),
      recipients.map(({ toAddress }) => toAddress),
      recipients.map(({ toAddress }) => identityKey(toAddress)),
      postId,
      JSON.stringify(context),
    ]);
  }

  /**
   * How many mails of a kind an address was owed lately. Asked for in the transaction that may add another, which
   * others then wait for.
   * @param seconds how far back
   */
  async countRecent(kind: EmailKind, to: string, seconds: number): Promise<number> {
    await this.sql.rows(LOCK_RECIPIENT, [`${kind} ${identityKey(to)}`]);
    const row = await this.sql.row<{ total: number }>(COUNT_RECENT, [kind, identityKey(to), seconds]);
    return row?.total ?? 0;
  }

  /** How many mails about posts are owed; counted no further than the limit. */
  async bulkBacklog(limit: number): Promise<number> {
    const row = await this.sql.row<{ total: number }>(BULK_BACKLOG, [limit]);
    return row?.total ?? 0;
  }

  /** Seconds since the oldest mail that is still owed was; 0 where there is none. */
  async oldestOwed(): Promise<number> {
    const row = await this.sql.row<{ age: number }>(OLDEST_OWED);
    return row?.age ?? 0;
  }

  /** Newest first. */
  async page(query: ListEmailsQuery): Promise<RowPage<EmailRow>> {
    const { status, kind, to } = query;
    const filter = new Conditions();
    filter.when(status, (value) => `state = ${filter.bind(value)}`);
    filter.when(kind, (value) => `kind = ${filter.bind(value)}`);
    filter.when(to, (value) => `to_key = ${filter.bind(identityKey(value))}`);
    const list = { name: 'emails.page', columns: EMAIL_COLUMNS, from: 'emails', id: 'id', filter, order: NEWEST_FIRST };
    return this.pager.page<EmailRow>({ ...list, filteredBy: [status, kind, to] }, query);
  }

  async byId(id: string): Promise<EmailRow | undefined> {
    return this.sql.row<EmailRow>(BY_ID, [id]);
  }

  async countByState(): Promise<Record<string, number>> {
    const rows = await this.sql.rows<{ state: string; total: number }>(COUNT);
    return Object.fromEntries(rows.map((row) => [row.state, row.total]));
  }
}
