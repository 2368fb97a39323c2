import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids/uuid.js';
import { Sql } from '../../core/database/sql.js';
import type { EmailFanOut } from './email-fan-out.entity.js';

export type OpenFanOut = Pick<EmailFanOut, 'id' | 'postId' | 'lastSubscriberId' | 'context'>;

const BEGIN = {
  name: 'fanOuts.begin',
  text: 'INSERT INTO email_fan_outs (id, post_id, context) VALUES ($1, $2, $3)',
};

// Another worker takes the next one instead.
const CLAIM = {
  name: 'fanOuts.claim',
  text: `SELECT id, post_id AS "postId", last_subscriber_id AS "lastSubscriberId", context FROM email_fan_outs
    WHERE done_at IS NULL ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
};

const ADVANCE = {
  name: 'fanOuts.advance',
  text: `UPDATE email_fan_outs SET last_subscriber_id = $2, mails = mails + $3,
      done_at = CASE WHEN $4 THEN now() END
    WHERE id = $1`,
};

@Injectable()
export class EmailFanOutsRepository {
  constructor(private readonly sql: Sql) {}

  async begin(postId: string, context: EmailFanOut['context']): Promise<void> {
    await this.sql.rows(BEGIN, [newId(), postId, JSON.stringify(context)]);
  }

  /** The oldest that is not done and that no other worker has at hand; locked until the transaction ends. */
  async claim(): Promise<OpenFanOut | undefined> {
    return this.sql.row<OpenFanOut>(CLAIM);
  }

  async advance(id: string, lastSubscriberId: string | null, mails: number, isDone: boolean): Promise<void> {
    await this.sql.rows(ADVANCE, [id, lastSubscriberId, mails, isDone]);
  }
}
