import { Injectable } from '@nestjs/common';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { KeysetPager, NEWEST_FIRST } from '../core/paging/keyset-pager.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { identityKey } from '../users/identity.js';
import type { Email, EmailKind, EmailState } from './email.entity.js';

export type EmailRow = Pick<
  Email,
  | 'id'
  | 'kind'
  | 'userId'
  | 'postId'
  | 'toAddress'
  | 'state'
  | 'tries'
  | 'lastAnswer'
  | 'history'
  | 'earlierTries'
  | 'context'
  | 'facts'
  | 'createdAt'
  | 'sentAt'
>;

export type NewEmail = Pick<Email, 'id' | 'kind' | 'userId' | 'toAddress' | 'context' | 'facts'>;

/** A mail that should be on its way, and the number of tries it has behind it. */
export type DueEmail = Pick<Email, 'id' | 'tries'>;

const COLUMNS = `id, kind, user_id AS "userId", post_id AS "postId", to_address AS "toAddress", state, tries,
  last_answer AS "lastAnswer", history, earlier_tries AS "earlierTries", context, facts, created_at AS "createdAt", sent_at AS "sentAt"`;

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

// Times are kept to the millisecond, rounded: what was due just now may seem to be due half of one later.
// The lease keeps other workers away; one that has run out was left behind by a worker that died.
const CLAIM = {
  name: 'emails.claim',
  text: `UPDATE emails SET state = 'sending', tries = tries + 1, lease_until = now() + $2 * interval '1 millisecond'
    WHERE id = $1 AND (
      (state = 'pending' AND next_try_at <= now() + interval '1 millisecond') OR (state = 'sending' AND lease_until < now())
    ) RETURNING ${COLUMNS}`,
};

// Only the attempt that holds the lease may say how it ended.
const FENCE = `WHERE id = $1 AND tries = $2 AND state = 'sending'`;

/** Adds to the history how an attempt ended, in the words of these parameters. */
const noted = (state: string, answer: string): string =>
  `history = history || jsonb_build_array(jsonb_build_object(
      'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'state', ${state}, 'answer', ${answer}))`;

const FINISH = {
  name: 'emails.finish',
  text: `UPDATE emails SET state = $3, last_answer = $4, lease_until = NULL, ${noted('$3::text', '$4::text')},
      sent_at = CASE WHEN $3 = 'sent' THEN now() END ${FENCE}`,
};

const POSTPONE = {
  name: 'emails.postpone',
  text: `UPDATE emails SET state = 'pending', last_answer = $3, lease_until = NULL, ${noted(`'pending'`, '$3::text')},
      next_try_at = now() + $4 * interval '1 millisecond' ${FENCE}`,
};

const OVERDUE = {
  name: 'emails.overdue',
  text: `SELECT id, tries FROM emails
    WHERE (state = 'pending' AND next_try_at < now() - $1 * interval '1 millisecond')
      OR (state = 'sending' AND lease_until < now())
    ORDER BY next_try_at, id LIMIT $2`,
};

// One that is on its way is left to the worker that has it.
const SET_DUE = `UPDATE emails SET state = 'pending', next_try_at = now(), earlier_tries = tries,
    ${noted(`'pending'`, '$1::text')}`;
const RETRY = {
  name: 'emails.retry',
  text: `${SET_DUE} WHERE id = $2 AND state IN ('pending', 'failed', 'cancelled') RETURNING ${COLUMNS}`,
};
const RETRY_FAILED = { name: 'emails.retryFailed', text: `${SET_DUE} WHERE state = 'failed' RETURNING id` };

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

const BY_ID = { name: 'emails.byId', text: `SELECT ${COLUMNS} FROM emails WHERE id = $1` };
const COUNT = { name: 'emails.countByState', text: 'SELECT state, count(*)::int AS total FROM emails GROUP BY state' };

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

  /**
   * Begins an attempt; `tries` of the row is the fencing token of it.
   * @param lease milliseconds for which no other worker may try
   * @returns undefined when the mail is not due, or another worker is at it
   */
  async claim(id: string, lease: number): Promise<EmailRow | undefined> {
    return this.sql.row<EmailRow>(CLAIM, [id, lease]);
  }

  async finish(
    { id, tries }: DueEmail,
    state: Extract<EmailState, 'sent' | 'failed' | 'cancelled'>,
    answer: string,
  ): Promise<void> {
    await this.sql.rows(FINISH, [id, tries, state, answer]);
  }

  /** @param delay milliseconds until the next attempt */
  async postpone({ id, tries }: DueEmail, answer: string, delay: number): Promise<void> {
    await this.sql.rows(POSTPONE, [id, tries, answer, delay]);
  }

  /** @param patience milliseconds that a job of its own was given to do it */
  async overdue(patience: number, limit: number): Promise<DueEmail[]> {
    return this.sql.rows<DueEmail>(OVERDUE, [patience, limit]);
  }

  /**
   * Due now, with as many tries as a new one.
   * @param reason for its history
   * @returns undefined where it was sent, or is being sent
   */
  async retry(id: string, reason: string): Promise<EmailRow | undefined> {
    return this.sql.row<EmailRow>(RETRY, [reason, id]);
  }

  /** @returns how many there were */
  async retryFailed(reason: string): Promise<number> {
    const rows = await this.sql.rows(RETRY_FAILED, [reason]);
    return rows.length;
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
    const list = { name: 'emails.page', columns: COLUMNS, from: 'emails', id: 'id', filter, order: NEWEST_FIRST };
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
