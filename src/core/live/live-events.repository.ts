import { Injectable } from '@nestjs/common';
import { Transactional } from '@nestjs-cls/transactional';
import { Sql } from '../database/sql.js';
import { LIVE_CHANNEL } from './live-events.js';

/** An event that has its place in the order. */
export interface PlacedEvent {
  id: string;
  position: number;
  name: string;
  /** Null for everybody. */
  audience: string | null;
  data: Record<string, unknown>;
}

/** Any number, the same in every process: who holds it gives events their places. */
const PLACING_LOCK = 7_180_242_951;

/** Events that are given their places in one transaction. */
const PLACED_AT_ONCE = 1_000;

// Positions stay far below 2^53.
const COLUMNS = 'id, position::float8 AS position, name, audience, data';

const NEWEST = {
  name: 'live.newest',
  text: `SELECT ${COLUMNS} FROM live_events WHERE position IS NOT NULL ORDER BY position DESC LIMIT $1`,
};

const AFTER = {
  name: 'live.after',
  text: `SELECT ${COLUMNS} FROM live_events WHERE position > $1 ORDER BY position LIMIT $2`,
};

const HAS_UNPLACED = {
  name: 'live.hasUnplaced',
  text: 'SELECT EXISTS (SELECT FROM live_events WHERE position IS NULL) AS "hasUnplaced"',
};

const LOCK = { name: 'live.lock', text: `SELECT pg_advisory_xact_lock(${PLACING_LOCK})` };

// One notification for all of them: PostgreSQL folds equal ones of a transaction.
const PLACE = {
  name: 'live.place',
  text: `WITH placed AS (
      SELECT id, nextval('live_events_positions') AS position FROM (
        SELECT id FROM live_events WHERE position IS NULL ORDER BY created_at, id LIMIT $1
      ) AS unplaced
    ) UPDATE live_events SET position = placed.position FROM placed WHERE live_events.id = placed.id
    RETURNING pg_notify('${LIVE_CHANNEL}', '')`,
};

// Always from the oldest on, without a gap: an event that is still there has all its successors with it.
const PURGE = {
  name: 'live.purge',
  text: `DELETE FROM live_events WHERE position <= greatest(
      (SELECT max(position) FROM live_events) - $1,
      (SELECT max(position) FROM live_events WHERE created_at < now() - $2 * interval '1 second')
    ) AND position < (SELECT max(position) FROM live_events)`,
};

/** The reading side of live events. */
@Injectable()
export class LiveEventsRepository {
  constructor(private readonly sql: Sql) {}

  /** The last ones, the oldest first. */
  async newest(limit: number): Promise<PlacedEvent[]> {
    const rows = await this.sql.rows<PlacedEvent>(NEWEST, [limit]);
    return rows.toReversed();
  }

  /** Those that follow, in their order. Of what has a place, nothing is ever committed in front of it. */
  async after(position: number, limit: number): Promise<PlacedEvent[]> {
    return this.sql.rows<PlacedEvent>(AFTER, [position, limit]);
  }

  /**
   * Gives their places to events that were committed. Under a lock: whoever sees a position sees all that are smaller,
   * however the transactions that wrote the events overlapped, and however long others still run.
   * @returns whether there were any
   */
  async place(): Promise<boolean> {
    const row = await this.sql.row<{ hasUnplaced: boolean }>(HAS_UNPLACED);
    if (!row?.hasUnplaced) return false;
    await this.placeLocked();
    return true;
  }

  /**
   * @param kept so many of the last ones stay
   * @param age seconds after which the others go
   */
  async purge(kept: number, age: number): Promise<void> {
    await this.sql.rows(PURGE, [kept, age]);
  }

  @Transactional()
  private async placeLocked(): Promise<void> {
    // A statement of its own: the next one has to see what was committed while this one waited.
    await this.sql.rows(LOCK);
    await this.sql.rows(PLACE, [PLACED_AT_ONCE]);
  }
}
