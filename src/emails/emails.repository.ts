import { Injectable } from '@nestjs/common';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, NEWEST_FIRST } from '../core/paging/keyset-pager.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { identityKey } from '../users/identity.js';
import { EMAIL_COLUMNS, type DueEmail, type EmailRow } from './email-row.js';
import type { Email, EmailState } from './email.entity.js';

/** States without mails are left out. */
export type EmailCounts = Partial<Record<EmailState, number>>;

export interface NewEmail extends Pick<Email, 'id' | 'kind' | 'userId' | 'toAddress' | 'context' | 'facts'> {
  /** So many of its kind an address gets in an hour. */
  hourlyLimit?: number;
}

// In order, so that two who owe mails to the same addresses do not wait for each other.
const LOCK_RECIPIENTS = {
  name: 'emails.lockRecipients',
  text: `SELECT pg_advisory_xact_lock(key) FROM (
      SELECT DISTINCT hashtextextended(recipient, 0) AS key FROM unnest($1::text[]) AS recipient ORDER BY key
    ) AS recipients`,
};

const INSERT = {
  name: 'emails.insert',
  text: `WITH new AS (
      SELECT *, row_number() OVER (PARTITION BY kind, to_key ORDER BY place) AS nth
      FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[])
        WITH ORDINALITY AS mail (id, kind, user_id, to_address, to_key, context, facts, hourly_limit, place)
    )
    INSERT INTO emails (id, kind, user_id, to_address, to_key, context, facts)
    SELECT id, kind, user_id, to_address, to_key, context::jsonb, facts::jsonb FROM new
    WHERE hourly_limit IS NULL OR hourly_limit >= nth + (
      SELECT count(*) FROM emails AS recent
      WHERE recent.to_key = new.to_key AND recent.kind = new.kind AND recent.created_at > now() - interval '1 hour'
    ) RETURNING id`,
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
    RETURNING id, tries, post_id AS "postId"`,
};

const BULK_BACKLOG = {
  name: 'emails.bulkBacklog',
  text: `SELECT count(*)::int AS total FROM (
      SELECT 1 FROM emails WHERE state IN ('pending', 'sending') AND post_id IS NOT NULL LIMIT $1
    ) AS owed`,
};

// By the index that has the owed mails alone.
const OWED = {
  name: 'emails.owed',
  text: `SELECT state, count(*)::int AS total, extract(epoch FROM now() - min(created_at))::float AS age
    FROM (
      SELECT state, created_at FROM emails WHERE state IN ('pending', 'sending') ORDER BY next_try_at, id LIMIT $1
    ) AS owed GROUP BY state`,
};

// Mails about posts wait for each other: the age of those says nothing.
const BACKLOG = {
  name: 'emails.backlog',
  text: `SELECT count(*)::int AS owed,
      coalesce(extract(epoch FROM now() - min(next_try_at) FILTER (WHERE post_id IS NULL)), 0)::float AS overdue
    FROM (
      SELECT next_try_at, post_id FROM emails WHERE state IN ('pending', 'sending') ORDER BY next_try_at, id LIMIT $1
    ) AS owed`,
};

const COUNT_FAILED = {
  name: 'emails.countFailed',
  text: `SELECT count(*)::int AS total FROM (SELECT 1 FROM emails WHERE state = 'failed' LIMIT $1) AS failed`,
};

// What the last ANALYZE found: nothing else could tell it of a large table without reading all of it.
const ESTIMATE_SETTLED = {
  name: 'emails.estimateSettled',
  text: `SELECT state, round(share * reltuples)::int AS total
    FROM pg_class JOIN pg_stats ON tablename = relname AND schemaname = relnamespace::regnamespace::text,
      unnest(most_common_vals::text::text[], most_common_freqs) AS common (state, share)
    WHERE pg_class.oid = 'emails'::regclass AND attname = 'state' AND state IN ('sent', 'cancelled') AND reltuples > 0`,
};

/** Mails are counted no further than this where the metrics ask. */
const MAX_COUNT = 100_000;

const BY_ID = { name: 'emails.byId', text: `SELECT ${EMAIL_COLUMNS} FROM emails WHERE id = $1` };
const COUNT_OF_POST = {
  name: 'emails.countOfPost',
  text: 'SELECT state, count(*)::int AS total FROM emails WHERE post_id = $1 GROUP BY state',
};

export interface MailBacklog {
  owed: number;
  /** Seconds that the first mail of its own is overdue; less than 0 for one whose time is to come. */
  overdue: number;
}

/** Which mails are owed, and the log of them. */
@Injectable()
export class EmailsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  /**
   * Others who add one of the kind for an address meanwhile wait until the transaction ends, where there is a limit.
   * @returns for each whether it is owed now, or beyond its limit
   */
  async insert(emails: NewEmail[]): Promise<boolean[]> {
    const limited = emails.filter(({ hourlyLimit }) => hourlyLimit !== undefined);
    const recipients = limited.map(({ kind, toAddress }) => `${kind} ${identityKey(toAddress)}`);
    if (recipients.length > 0) await this.sql.rows(LOCK_RECIPIENTS, [recipients]);
    const rows = await this.sql.rows<{ id: string }>(INSERT, [
      emails.map(({ id }) => id),
      emails.map(({ kind }) => kind),
      emails.map(({ userId }) => userId),
      emails.map(({ toAddress }) => toAddress),
      emails.map(({ toAddress }) => identityKey(toAddress)),
      emails.map(({ context }) => JSON.stringify(context)),
      emails.map(({ facts }) => JSON.stringify(facts)),
      emails.map(({ hourlyLimit }) => hourlyLimit ?? null),
    ]);
    const owed = new Set(rows.map(({ id }) => id));
    return emails.map(({ id }) => owed.has(id));
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

  /** How many mails about posts are owed; counted no further than the limit. */
  async bulkBacklog(limit: number): Promise<number> {
    const row = await this.sql.row<{ total: number }>(BULK_BACKLOG, [limit]);
    return row?.total ?? 0;
  }

  /** Seconds since the oldest mail that is still owed was; 0 where there is none. Looks at the 100,000 that are due first. */
  async oldestOwed(): Promise<number> {
    const rows = await this.sql.rows<{ age: number }>(OWED, [MAX_COUNT]);
    return Math.max(0, ...rows.map(({ age }) => age));
  }

  /** Counted no further than the limit. */
  async backlog(limit: number): Promise<MailBacklog> {
    const row = await this.sql.row<MailBacklog>(BACKLOG, [limit]);
    return row ?? { owed: 0, overdue: 0 };
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

  /** Owed and failed ones up to 100,000; the others, which may be many millions, as far as PostgreSQL has an idea. */
  async countByState(): Promise<EmailCounts> {
    const [owed, failed, settled] = await Promise.all([
      this.sql.rows<StateCount>(OWED, [MAX_COUNT]),
      this.sql.row<{ total: number }>(COUNT_FAILED, [MAX_COUNT]),
      this.sql.rows<StateCount>(ESTIMATE_SETTLED),
    ]);
    return { ...(failed && failed.total > 0 && { failed: failed.total }), ...countsOf(settled), ...countsOf(owed) };
  }

  /** Of the mails about one post. */
  async countOfPost(postId: string): Promise<EmailCounts> {
    return countsOf(await this.sql.rows<StateCount>(COUNT_OF_POST, [postId]));
  }
}

interface StateCount {
  state: EmailState;
  total: number;
}

const countsOf = (rows: StateCount[]): EmailCounts =>
  Object.fromEntries(rows.map(({ state, total }) => [state, total]));
