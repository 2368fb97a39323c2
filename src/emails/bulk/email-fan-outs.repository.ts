import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids/uuid.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';
import { Conditions } from '../../core/database/conditions.js';
import { Sql } from '../../core/database/sql.js';
import { KeysetPager, NEWEST_FIRST } from '../../core/paging/keyset-pager.js';
import type { EmailFanOut } from './email-fan-out.entity.js';

export type FanOutRow = Pick<EmailFanOut, 'id' | 'postId' | 'mails' | 'createdAt' | 'doneAt'> & { postTitle: string };

export type OpenFanOut = Pick<EmailFanOut, 'id' | 'postId' | 'lastSubscriberId' | 'context'>;

interface Advance {
  lastSubscriberId: string | null;
  /** Of this page. */
  mails: number;
  isDone: boolean;
  pause: number;
}

const BEGIN = {
  name: 'fanOuts.begin',
  text: 'INSERT INTO email_fan_outs (id, post_id, context) VALUES ($1, $2, $3)',
};

// One at a time, the oldest first, by whichever worker: so that the pace holds for all of them together. Times are kept
// to the millisecond, rounded: what is due just now may seem to be due half of one later.
const CLAIM = {
  name: 'fanOuts.claim',
  text: `SELECT id, post_id AS "postId", last_subscriber_id AS "lastSubscriberId", context FROM email_fan_outs
    WHERE pg_try_advisory_xact_lock(hashtextextended('email_fan_outs', 0)) AND next_page_at <= now() + interval '1 millisecond' AND id = (
      SELECT id FROM email_fan_outs WHERE done_at IS NULL ORDER BY created_at, id LIMIT 1
    ) FOR UPDATE SKIP LOCKED`,
};

const ADVANCE = {
  name: 'fanOuts.advance',
  text: `UPDATE email_fan_outs SET last_subscriber_id = $2, mails = mails + $3,
      done_at = CASE WHEN $4 THEN now() END, next_page_at = now() + $5 * interval '1 millisecond'
    WHERE id = $1`,
};

const COLUMNS = `f.id, f.post_id AS "postId", p.title AS "postTitle", f.mails, f.created_at AS "createdAt", f.done_at AS "doneAt"`;
const FROM = 'email_fan_outs f JOIN posts p ON p.id = f.post_id';

const BY_ID = { name: 'fanOuts.byId', text: `SELECT ${COLUMNS} FROM ${FROM} WHERE f.id = $1` };

@Injectable()
export class EmailFanOutsRepository {
  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  /** Newest first. */
  async page(query: PageQuery): Promise<RowPage<FanOutRow>> {
    const order = { ...NEWEST_FIRST, column: 'f.created_at' };
    const list = { name: 'fanOuts.page', columns: COLUMNS, from: FROM, id: 'f.id', filter: new Conditions(), order };
    return this.pager.page<FanOutRow>({ ...list, filteredBy: [] }, query);
  }

  async byId(id: string): Promise<FanOutRow | undefined> {
    return this.sql.row<FanOutRow>(BY_ID, [id]);
  }

  async begin(postId: string, context: EmailFanOut['context']): Promise<void> {
    await this.sql.rows(BEGIN, [newId(), postId, JSON.stringify(context)]);
  }

  /** The oldest that is not done, if its next page is due and no other worker is at it; locked until the transaction ends. */
  async claim(): Promise<OpenFanOut | undefined> {
    return this.sql.row<OpenFanOut>(CLAIM);
  }

  /** @param pause milliseconds until the next page */
  async advance(id: string, { lastSubscriberId, mails, isDone, pause }: Advance): Promise<void> {
    await this.sql.rows(ADVANCE, [id, lastSubscriberId, mails, isDone, pause]);
  }
}
