import { Injectable } from '@nestjs/common';
import type { RowPage } from '../common/paging/page.js';
import { Conditions } from '../core/database/conditions.js';
import { Sql } from '../core/database/sql.js';
import { Cursors } from '../core/paging/cursors.js';
import { rowPage } from '../core/paging/row-page.js';
import type { ListEmailsQuery } from './dto/list-emails.query.js';
import { identityKey } from '../users/identity.js';
import type { Email, EmailState } from './email.entity.js';

export type EmailRow = Pick<
  Email,
  'id' | 'kind' | 'userId' | 'toAddress' | 'state' | 'tries' | 'lastAnswer' | 'context' | 'createdAt' | 'sentAt'
>;

export type NewEmail = Pick<Email, 'id' | 'kind' | 'userId' | 'toAddress' | 'context'>;

/** A mail that should be on its way, and the number of tries it has behind it. */
export type DueEmail = Pick<Email, 'id' | 'tries'>;

const COLUMNS = `id, kind, user_id AS "userId", to_address AS "toAddress", state, tries,
  last_answer AS "lastAnswer", context, created_at AS "createdAt", sent_at AS "sentAt"`;

const INSERT = {
  name: 'emails.insert',
  text: 'INSERT INTO emails (id, kind, user_id, to_address, to_key, context) VALUES ($1, $2, $3, $4, $5, $6)',
};

// The lease keeps other workers away; one that has run out was left behind by a worker that died.
const CLAIM = {
  name: 'emails.claim',
  text: `UPDATE emails SET state = 'sending', tries = tries + 1, lease_until = now() + $2 * interval '1 millisecond'
    WHERE id = $1 AND (
      (state = 'pending' AND next_try_at <= now()) OR (state = 'sending' AND lease_until < now())
    ) RETURNING ${COLUMNS}`,
};

// Only the attempt that holds the lease may say how it ended.
const FENCE = `WHERE id = $1 AND tries = $2 AND state = 'sending'`;

const FINISH = {
  name: 'emails.finish',
  text: `UPDATE emails SET state = $3, last_answer = $4, lease_until = NULL,
      sent_at = CASE WHEN $3 = 'sent' THEN now() END ${FENCE}`,
};

const POSTPONE = {
  name: 'emails.postpone',
  text: `UPDATE emails SET state = 'pending', last_answer = $3, lease_until = NULL,
      next_try_at = now() + $4 * interval '1 millisecond' ${FENCE}`,
};

const OVERDUE = {
  name: 'emails.overdue',
  text: `SELECT id, tries FROM emails
    WHERE (state = 'pending' AND next_try_at < now() - $1 * interval '1 millisecond')
      OR (state = 'sending' AND lease_until < now())
    ORDER BY next_try_at, id LIMIT $2`,
};

const BY_ID = { name: 'emails.byId', text: `SELECT ${COLUMNS} FROM emails WHERE id = $1` };
const COUNT = { name: 'emails.countByState', text: 'SELECT state, count(*)::int AS total FROM emails GROUP BY state' };

@Injectable()
export class EmailsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly cursors: Cursors,
  ) {}

  async insert({ id, kind, userId, toAddress, context }: NewEmail): Promise<void> {
    await this.sql.rows(INSERT, [id, kind, userId, toAddress, identityKey(toAddress), JSON.stringify(context)]);
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

  /** Newest first. */
  async page(query: ListEmailsQuery): Promise<RowPage<EmailRow>> {
    const list = `emails ${query.status ?? ''} ${query.kind ?? ''} ${query.to ?? ''}`;
    const filter = new Conditions();
    filter.when(query.status, (state) => `state = ${filter.bind(state)}`);
    filter.when(query.kind, (kind) => `kind = ${filter.bind(kind)}`);
    filter.when(query.to, (to) => `to_key = ${filter.bind(identityKey(to))}`);
    const total = query.count ? await this.count(filter) : undefined;

    if (query.cursor !== undefined) {
      const [createdAt, id] = this.cursors.decode(list, query.cursor);
      filter.add(`(created_at, id) < (${filter.bind(createdAt)}::timestamptz, ${filter.bind(id)}::uuid)`);
    }
    const text = `SELECT ${COLUMNS} FROM emails ${filter.where} ORDER BY created_at DESC, id DESC
      LIMIT ${filter.bind(query.limit + 1)} OFFSET ${filter.bind(query.skip ?? 0)}`;
    const rows = await this.sql.rows<EmailRow>({ name: 'emails.page', text }, filter.values);
    return rowPage(rows, query, (row) => this.cursors.encode(list, [row.createdAt.toISOString(), row.id]), total);
  }

  async byId(id: string): Promise<EmailRow | undefined> {
    return this.sql.row<EmailRow>(BY_ID, [id]);
  }

  async countByState(): Promise<Record<string, number>> {
    const rows = await this.sql.rows<{ state: string; total: number }>(COUNT);
    return Object.fromEntries(rows.map((row) => [row.state, row.total]));
  }

  private async count(filter: Conditions): Promise<number> {
    const text = `SELECT count(*)::int AS total FROM emails ${filter.where}`;
    const row = await this.sql.row<{ total: number }>({ name: 'emails.count', text }, filter.values);
    return row?.total ?? 0;
  }
}
