import { Injectable } from '@nestjs/common';
import type { RowPage } from '../../common/paging/page.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import { Conditions } from '../../core/database/conditions.js';
import { AMONG_KEYS, KeyedReads } from '../../core/database/keyed-reads.js';
import { Sql } from '../../core/database/sql.js';
import { insertLiveEvents } from '../../core/live/live-events.js';
import { KeysetPager } from '../../core/paging/keyset-pager.js';
import type { UserRow } from '../../users/dto/user.response.js';
import { userColumns } from '../../users/user-columns.js';
import { SESSION_REVOKED } from '../../users/users.live.js';
import type { Session } from './session.entity.js';

export interface NewSession extends Pick<Session, 'id' | 'userId' | 'createdAt' | 'expiresAt' | 'userAgent' | 'ip'> {
  /** Of the credentials that were checked. */
  credentialsChangedAt: Date;
}

export type SessionRow = Pick<Session, 'id' | 'userId' | 'generation' | 'lastUsedAt' | 'expiresAt'>;

/** What its owner sees of a session. */
export type OwnSessionRow = Pick<Session, 'id' | 'userAgent' | 'ip' | 'createdAt' | 'lastUsedAt' | 'expiresAt'>;

type AccountOfSessionRow = UserRow & { sessionId: string; sessionExpiresAt: Date };

interface PlanRow {
  'QUERY PLAN': { Plan: { 'Plan Rows': number } }[];
}

// A browser that updated itself is still the same device to its owner, so only the letters of its name are compared.
const device = (userAgent: string): string => `regexp_replace(coalesce(${userAgent}, ''), '[0-9.]+', '', 'g')`;

const INSERT = {
  name: 'sessions.insert',
  // Checking a password takes long, and who has changed it meanwhile must not find that it still opened something: FOR
  // SHARE waits for whoever changes the account, and looks again; those who sign in do not wait for each other. A session
  // does not begin before the account accepts some, a moment that another machine's clock may have set. What is returned
  // looks at the sessions before this one.
  text: `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, user_agent, ip)
    SELECT $1::uuid, id, GREATEST($3::timestamptz, sessions_valid_from), $3::timestamptz, $4::timestamptz, $5::text, $6::inet
    FROM users WHERE id = $2 AND credentials_changed_at = $7 AND deleted_at IS NULL FOR SHARE
    RETURNING EXISTS (SELECT FROM sessions WHERE user_id = $2)
      AND NOT EXISTS (SELECT FROM sessions WHERE user_id = $2 AND ${device('user_agent')} = ${device('$5::text')})
      AS "isNewDevice"`,
};

/** Neither revoked, nor older than the account accepts. */
const ACCEPTED = `s.revoked_at IS NULL AND (u.sessions_valid_from IS NULL OR s.created_at >= u.sessions_valid_from)
  AND u.deleted_at IS NULL`;
const LIVE = `s.expires_at > $2 AND ${ACCEPTED}`;

const ACCOUNTS = {
  name: 'sessions.accounts',
  text: `SELECT ${userColumns('u.')}, s.id AS "sessionId", s.expires_at AS "sessionExpiresAt"
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id ${AMONG_KEYS} AND ${ACCEPTED}`,
};

const LIVE_SESSION = {
  name: 'sessions.live',
  text: `SELECT s.id, s.user_id AS "userId", s.generation, s.last_used_at AS "lastUsedAt", s.expires_at AS "expiresAt"
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND u.is_active AND ${LIVE}`,
};

const ADVANCE = {
  name: 'sessions.advance',
  text: `UPDATE sessions SET generation = generation + 1, last_used_at = $3::timestamptz,
      expires_at = LEAST($3::timestamptz + $4 * interval '1 second', created_at + $5 * interval '1 second')
    WHERE id = $1 AND generation = $2 AND revoked_at IS NULL
    RETURNING id, user_id AS "userId", generation, last_used_at AS "lastUsedAt", expires_at AS "expiresAt"`,
};

const OWN_COLUMNS = `id, user_agent AS "userAgent", host(ip) AS ip, created_at AS "createdAt",
  last_used_at AS "lastUsedAt", expires_at AS "expiresAt"`;

// The same as in LIVE, for statements on sessions alone.
const ACCEPTED_BY_ACCOUNT = `NOT EXISTS (
    SELECT FROM users u WHERE u.id = sessions.user_id AND sessions.created_at < u.sessions_valid_from)`;

/** Ends sessions, and tells their owner of each that was live until now. */
const revoking = (update: string): string => `WITH ended AS (
      ${update} RETURNING id, user_id AS "userId", expires_at > revoked_at AS "wasLive"
    ), told AS (
      ${insertLiveEvents(`SELECT '${SESSION_REVOKED}', "userId", jsonb_build_object('sessionId', id) FROM ended WHERE "wasLive"`)}
    ) SELECT "userId" FROM ended`;

const REVOKE_OWN = {
  name: 'sessions.revokeOwn',
  text: revoking(`UPDATE sessions SET revoked_at = $3
      WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND ${ACCEPTED_BY_ACCOUNT}`),
};

const REVOKE_OTHERS = {
  name: 'sessions.revokeOthers',
  text: revoking(`UPDATE sessions SET revoked_at = $3
      WHERE user_id = $1 AND id IS DISTINCT FROM $2::uuid AND revoked_at IS NULL`),
};

const DEVICES = { name: 'sessions.devices', text: `SELECT ${OWN_COLUMNS} FROM sessions WHERE id = ANY($1::uuid[])` };

const REVOKE = {
  name: 'sessions.revoke',
  text: revoking('UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL'),
};

const LIVE_AMONG = {
  name: 'sessions.liveAmong',
  text: `SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = ANY($1::uuid[]) AND u.is_active AND ${LIVE}`,
};

const ACTIVE = 'SELECT 1 FROM sessions WHERE expires_at > $1 AND revoked_at IS NULL';
const COUNT_ACTIVE = {
  name: 'sessions.countActive',
  text: `SELECT count(*)::int AS total FROM (${ACTIVE} LIMIT $2) AS active`,
};
const ESTIMATE_ACTIVE = {
  name: 'sessions.estimateActive',
  text: `EXPLAIN (FORMAT JSON) ${ACTIVE}`,
  planEachTime: true,
};
/** So many are counted; of more the planner has a good idea, and counting them costs too much to be done for a metric. */
const MAX_COUNT = 10_000;

const PURGE = {
  name: 'sessions.purge',
  text: 'DELETE FROM sessions WHERE least(expires_at, revoked_at) < $1',
};

@Injectable()
export class SessionsRepository {
  private readonly accounts = new KeyedReads<AccountOfSessionRow>(
    async (ids) => this.sql.rows(ACCOUNTS, [ids]),
    ({ sessionId }) => sessionId,
  );

  constructor(
    private readonly sql: Sql,
    private readonly pager: KeysetPager,
  ) {}

  /**
   * @returns whether the account was used before, but never with such a program; undefined, and there is no session, where
   * the credentials have changed since
   */
  async insert(session: NewSession): Promise<boolean | undefined> {
    const { id, userId, createdAt, expiresAt, userAgent, ip, credentialsChangedAt } = session;
    const values = [id, userId, createdAt, expiresAt, userAgent, ip, credentialsChangedAt];
    const row = await this.sql.row<{ isNewDevice: boolean }>(INSERT, values);
    return row?.isNewDevice;
  }

  /** The account behind a session that is live; one that is disabled is among them, for its own answer. */
  async account(sessionId: string, now: Date): Promise<UserRow | undefined> {
    const row = await this.accounts.one(sessionId);
    return row && row.sessionExpiresAt > now ? row : undefined;
  }

  /** A session that may be refreshed. */
  async live(sessionId: string, now: Date): Promise<SessionRow | undefined> {
    return this.sql.row<SessionRow>(LIVE_SESSION, [sessionId, now]);
  }

  /**
   * Compares and sets: of any number of callers with the same generation one gets the row, the others `undefined`.
   * @param idle seconds without a refresh after which the session ends
   * @param maximum seconds after its beginning at which it ends anyhow
   */
  async advance(
    sessionId: string,
    generation: number,
    now: Date,
    idle: number,
    maximum: number,
  ): Promise<SessionRow | undefined> {
    return this.sql.row<SessionRow>(ADVANCE, [sessionId, generation, now, idle, maximum]);
  }

  /** One's own that are live, the one used last first. */
  async pageLive(userId: string, now: Date, query: PageQuery): Promise<RowPage<OwnSessionRow>> {
    const filter = new Conditions();
    filter
      .add(`user_id = ${filter.bind(userId)}`)
      .add('revoked_at IS NULL')
      .add(`expires_at > ${filter.bind(now)}`);
    filter.add(ACCEPTED_BY_ACCOUNT);
    const order = {
      column: 'last_used_at',
      type: 'timestamptz',
      descending: true,
      valueOf: (row: OwnSessionRow) => row.lastUsedAt.toISOString(),
    } as const;
    const list = { name: 'sessions.page', columns: OWN_COLUMNS, from: 'sessions', id: 'id', filter, order };
    return this.pager.page<OwnSessionRow>({ ...list, filteredBy: [userId] }, query);
  }

  /** Sessions of any state, to tell their owner of them. */
  async devices(ids: string[]): Promise<OwnSessionRow[]> {
    return this.sql.rows<OwnSessionRow>(DEVICES, [ids]);
  }

  /** @returns whether there was such a live session of this account */
  async revokeOwn(sessionId: string, userId: string, now: Date): Promise<boolean> {
    const rows = await this.sql.rows(REVOKE_OWN, [sessionId, userId, now]);
    return rows.length > 0;
  }

  /** @param keptId the session that goes on; null ends all */
  async revokeOthers(userId: string, keptId: string | null, now: Date): Promise<void> {
    await this.sql.rows(REVOKE_OTHERS, [userId, keptId, now]);
  }

  /** @returns whose it was, where it was live until now */
  async revoke(sessionId: string, now: Date): Promise<string | undefined> {
    const row = await this.sql.row<{ userId: string }>(REVOKE, [sessionId, now]);
    return row?.userId;
  }

  /** Those of the sessions that are live, of accounts that are not disabled. */
  async liveAmong(ids: string[], now: Date): Promise<string[]> {
    const rows = await this.sql.rows<{ id: string }>(LIVE_AMONG, [ids, now]);
    return rows.map((row) => row.id);
  }

  /** How many are neither ended nor expired: exactly up to 10,000, and beyond that as the planner expects. */
  async countActive(now: Date): Promise<number> {
    const counted = await this.sql.row<{ total: number }>(COUNT_ACTIVE, [now, MAX_COUNT + 1]);
    const total = counted?.total ?? 0;
    if (total <= MAX_COUNT) return total;
    const plan = await this.sql.row<PlanRow>(ESTIMATE_ACTIVE, [now]);
    // Statistics may be older than what was just counted.
    return Math.max(total, plan?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0);
  }

  /** Deletes for good those that ended before, by whatever. */
  async purge(before: Date): Promise<void> {
    await this.sql.rows(PURGE, [before]);
  }
}
