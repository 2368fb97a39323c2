import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';

/** PostgreSQL tells the readers on this channel that there is something to read. */
export const LIVE_CHANNEL = 'live';

/** So many of the last events are kept; every process has them in memory, and clients resume from there. */
export const KEPT_EVENTS = 5_000;

/** Something that clients are to know at once. */
export interface LiveEvent {
  name: string;
  /** The account that alone is told; everybody where it is left out. */
  audience?: string;
  /** What those who are told may see of it. */
  data: object;
}

/**
 * An INSERT for statements that tell of what they change themselves.
 * @param select rows of name, audience (null for everybody) and data
 */
// The notification is delivered at the commit, so a roll-back leaves neither the row nor the call.
export const insertLiveEvents = (select: string): string =>
  `INSERT INTO live_events (name, audience, data) ${select} RETURNING pg_notify('${LIVE_CHANNEL}', '')`;

const RECORD = { name: 'live.record', text: insertLiveEvents('VALUES ($1, $2, $3)') };

/** Where a change says what clients that listen are to be told of it, after the commit and on every process. */
@Injectable()
export class LiveEvents {
  constructor(private readonly sql: Sql) {}

  /** To be called in the transaction of the change. */
  async record({ name, audience, data }: LiveEvent): Promise<void> {
    await this.sql.rows(RECORD, [name, audience ?? null, JSON.stringify(data)]);
  }
}
