import { Injectable } from '@nestjs/common';
import { Batcher } from '../common/batching/batcher.js';
import { Sql } from '../core/database/sql.js';
import { insertLiveEvents } from '../core/live/live-events.js';
import { EMAIL_COLUMNS, type DueEmail, type EmailRow } from './email-row.js';
import type { EmailState } from './email.entity.js';

// Times are kept to the millisecond, rounded: what was due just now may seem to be due half of one later.
// The lease keeps other workers away; one that has run out was left behind by a worker that died.
const CLAIM = {
  name: 'emails.claim',
  text: `UPDATE emails SET state = 'sending', tries = tries + 1, lease_until = now() + $2 * interval '1 millisecond'
    WHERE id IN (
      SELECT id FROM emails
      WHERE id = ANY($1) AND (
        (state = 'pending' AND next_try_at <= now() + interval '1 millisecond') OR (state = 'sending' AND lease_until < now())
      ) FOR UPDATE SKIP LOCKED
    ) RETURNING ${EMAIL_COLUMNS}`,
};

// Only the attempt that holds the lease may say how it ended.
const FENCE = `emails.id = ended.id AND emails.tries = ended.tries AND state = 'sending'`;

/** Adds to the history how an attempt ended, in the words of these parameters. */
const noted = (state: string, answer: string): string =>
  `history = history || jsonb_build_array(jsonb_build_object(
      'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'state', ${state}, 'answer', ${answer}))`;

// Of a mail that many get nobody is told live: a hundred thousand rows would only say what their readers see anyway.
const FINISH = {
  name: 'emails.finish',
  text: `WITH finished AS (
    UPDATE emails SET state = ended.how, last_answer = ended.answer, lease_until = NULL,
      ${noted('ended.how', 'ended.answer')}, sent_at = CASE WHEN ended.how = 'sent' THEN now() END
    FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) AS ended (id, tries, how, answer) WHERE ${FENCE}
    RETURNING emails.id, user_id, kind, post_id, state
  ), told AS (
    ${insertLiveEvents(`SELECT 'email.sent', user_id, jsonb_build_object('id', id, 'kind', kind) FROM finished
      WHERE state = 'sent' AND post_id IS NULL`)}
  ) SELECT FROM told`,
};

const POSTPONE = {
  name: 'emails.postpone',
  text: `UPDATE emails SET state = 'pending', last_answer = ended.answer, lease_until = NULL,
      ${noted(`'pending'`, 'ended.answer')}, next_try_at = now() + $4 * interval '1 millisecond'
    FROM (SELECT $1::uuid AS id, $2::int AS tries, $3::text AS answer) AS ended WHERE ${FENCE}`,
};

const RENEW = {
  name: 'emails.renew',
  text: `UPDATE emails SET lease_until = now() + $3 * interval '1 millisecond'
    WHERE id = $1 AND tries = $2 AND state = 'sending'`,
};

const OVERDUE = {
  name: 'emails.overdue',
  text: `SELECT id, tries, post_id AS "postId" FROM emails
    WHERE (state = 'pending' AND next_try_at < now() - $1 * interval '1 millisecond'
        AND (post_id IS NULL OR next_try_at < now() - $2 * interval '1 millisecond'))
      OR (state = 'sending' AND lease_until < now())
    ORDER BY post_id IS NOT NULL, next_try_at, id LIMIT $3`,
};

// One that is on its way is left to the worker that has it.
const SET_DUE = `UPDATE emails SET state = 'pending', next_try_at = now(), earlier_tries = tries,
    ${noted(`'pending'`, '$1::text')}`;
const RETRY = {
  name: 'emails.retry',
  text: `${SET_DUE} WHERE id = $2 AND state IN ('pending', 'failed', 'cancelled') RETURNING ${EMAIL_COLUMNS}`,
};
const RETRY_FAILED = { name: 'emails.retryFailed', text: `${SET_DUE} WHERE state = 'failed' RETURNING id` };

type Attempt = Pick<EmailRow, 'id' | 'tries'>;

interface Claim {
  id: string;
  lease: number;
}

interface Ending extends Attempt {
  state: Extract<EmailState, 'sent' | 'failed' | 'cancelled'>;
  answer: string;
}

/** The attempts to send mails: who is at one, and how it ended. Those of one process are written down together. */
@Injectable()
export class DeliveriesRepository {
  private readonly claims = new Batcher<Claim, EmailRow | undefined>((claims) => this.claimAll(claims));
  private readonly endings = new Batcher<Ending, void>((endings) => this.finishAll(endings));

  constructor(private readonly sql: Sql) {}

  /**
   * Begins an attempt; `tries` of the row is the fencing token of it.
   * @param lease milliseconds for which no other worker may try
   * @returns undefined when the mail is not due, or another worker is at it
   */
  async claim(id: string, lease: number): Promise<EmailRow | undefined> {
    return this.claims.add({ id, lease });
  }

  async finish({ id, tries }: Attempt, state: Ending['state'], answer: string): Promise<void> {
    return this.endings.add({ id, tries, state, answer });
  }

  /** @param delay milliseconds until the next attempt */
  async postpone({ id, tries }: Attempt, answer: string, delay: number): Promise<void> {
    await this.sql.rows(POSTPONE, [id, tries, answer, delay]);
  }

  /** Keeps other workers away for longer; without effect once another one has begun. @param lease milliseconds */
  async renew({ id, tries }: Attempt, lease: number): Promise<void> {
    await this.sql.rows(RENEW, [id, tries, lease]);
  }

  /**
   * Those about posts come last.
   * @param patience milliseconds that a job of its own was given to do it
   * @param bulkPatience the same for mails about posts, which wait for each other
   */
  async overdue(patience: number, bulkPatience: number, limit: number): Promise<DueEmail[]> {
    return this.sql.rows<DueEmail>(OVERDUE, [patience, bulkPatience, limit]);
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

  /** One that is asked for twice is given once. */
  private async claimAll(claims: Claim[]): Promise<(EmailRow | undefined)[]> {
    const lease = Math.max(...claims.map((claim) => claim.lease));
    const rows = await this.sql.rows<EmailRow>(CLAIM, [claims.map(({ id }) => id), lease]);
    const claimed = new Map(rows.map((row) => [row.id, row]));
    return claims.map(({ id }) => {
      const row = claimed.get(id);
      claimed.delete(id);
      return row;
    });
  }

  private async finishAll(endings: Ending[]): Promise<void[]> {
    await this.sql.rows(FINISH, [
      endings.map(({ id }) => id),
      endings.map(({ tries }) => tries),
      endings.map(({ state }) => state),
      endings.map(({ answer }) => answer),
    ]);
    return [];
  }
}
