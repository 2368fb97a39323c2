import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import type { OutboxEvent } from './outbox-event.entity.js';
import { RELAY_CONNECTION } from './relay-connection.js';

export type ClaimedEvent = Pick<OutboxEvent, 'id' | 'type' | 'payload' | 'context' | 'tries'>;

// Times are kept to the millisecond, rounded: what was due just now may seem to be due half of one later.
const CLAIM = {
  name: 'outbox.claim',
  text: `SELECT id, type, payload, context, tries FROM outbox_events
    WHERE state = 'pending' AND next_try_at <= now() + interval '1 millisecond'
    ORDER BY next_try_at, id LIMIT $1 FOR UPDATE SKIP LOCKED`,
};

const DONE = {
  name: 'outbox.done',
  text: `UPDATE outbox_events SET state = 'done', done_at = now(), tries = tries + 1, last_error = NULL
    WHERE id = ANY($1)`,
};

const RETRY = {
  name: 'outbox.retry',
  text: `UPDATE outbox_events SET tries = tries + 1, last_error = $2, next_try_at = now() + $3 * interval '1 millisecond'
    WHERE id = $1`,
};

const PARK = {
  name: 'outbox.park',
  text: `UPDATE outbox_events SET state = 'parked', tries = tries + 1, last_error = $2 WHERE id = $1`,
};

const PURGE = {
  name: 'outbox.purge',
  text: `DELETE FROM outbox_events WHERE state = 'done' AND done_at < now() - $1 * interval '1 second'`,
};

// Each by an index that has these events alone: the done ones are many more.
const BACKLOG = {
  name: 'outbox.backlog',
  text: `SELECT pending.total AS pending, parked.total AS parked, pending.age AS "oldestAge"
    FROM (
      SELECT count(*)::int AS total, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS age
      FROM (SELECT created_at FROM outbox_events WHERE state = 'pending' ORDER BY next_try_at, id LIMIT $1) AS due
    ) AS pending, (
      SELECT count(*)::int AS total FROM (SELECT 1 FROM outbox_events WHERE state = 'parked' LIMIT $1) AS aside
    ) AS parked`,
};

// The relay of a worker has a connection of its own, which it calls by this name.
const RELAYS = {
  name: 'outbox.relays',
  text: `SELECT
    (SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = $1) AS relays,
    (SELECT coalesce(extract(epoch FROM now() - min(next_try_at)), 0)::float FROM (
      SELECT next_try_at FROM outbox_events WHERE state = 'pending' ORDER BY next_try_at, id LIMIT 1) AS due) AS overdue`,
};

/** Counted no further than this. */
const MAX_COUNT = 100_000;

/** Counted up to 100,000. */
export interface Backlog {
  pending: number;
  parked: number;
  /** Seconds since the oldest pending event was recorded; 0 where there is none. */
  oldestAge: number;
}

export interface Relays {
  /** How many are connected. */
  relays: number;
  /** Seconds that the first event is overdue; less than 0 for one whose time is to come. */
  overdue: number;
}

@Injectable()
export class OutboxRepository {
  constructor(private readonly sql: Sql) {}

  /** Locks due events until the transaction ends; two relays never get the same one. */
  async claim(limit: number): Promise<ClaimedEvent[]> {
    return this.sql.rows<ClaimedEvent>(CLAIM, [limit]);
  }

  async done(ids: string[]): Promise<void> {
    await this.sql.rows(DONE, [ids]);
  }

  async retryIn(id: string, milliseconds: number, reason: string): Promise<void> {
    await this.sql.rows(RETRY, [id, reason, milliseconds]);
  }

  async park(id: string, reason: string): Promise<void> {
    await this.sql.rows(PARK, [id, reason]);
  }

  /** @param age seconds since an event was done; parked ones stay until somebody has looked at them */
  async purge(age: number): Promise<void> {
    await this.sql.rows(PURGE, [age]);
  }

  async backlog(): Promise<Backlog> {
    const row = await this.sql.row<Backlog>(BACKLOG, [MAX_COUNT]);
    return row ?? { pending: 0, parked: 0, oldestAge: 0 };
  }

  /** Who hands events out, and whether they keep up. */
  async relays(): Promise<Relays> {
    const row = await this.sql.row<Relays>(RELAYS, [RELAY_CONNECTION]);
    return row ?? { relays: 0, overdue: 0 };
  }
}
