import { Injectable } from '@nestjs/common';
import type { Role } from '../../common/access/role.js';
import { Sql } from '../../core/database/sql.js';
import type { Session } from './session.entity.js';

export type NewSession = Pick<Session, 'id' | 'userId' | 'createdAt' | 'expiresAt' | 'userAgent' | 'ip'>;

export type SessionRow = Pick<Session, 'id' | 'userId' | 'generation' | 'lastUsedAt' | 'expiresAt'>;

/** The account behind a live session. */
export interface LiveAccountRow {
  id: string;
  role: Role;
  isActive: boolean;
  emailVerified: boolean;
}

const INSERT = {
  name: 'sessions.insert',
  // Not before the moment since when the account accepts sessions, which another machine's clock may have set.
  text: `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, user_agent, ip)
    SELECT $1::uuid, id, GREATEST($3::timestamptz, sessions_valid_from), $3::timestamptz, $4::timestamptz, $5, $6::inet
    FROM users WHERE id = $2`,
};

/** Neither revoked, nor expired, nor older than the account accepts. */
const LIVE = `s.revoked_at IS NULL AND s.expires_at > $2 AND (u.sessions_valid_from IS NULL OR s.created_at >= u.sessions_valid_from)
  AND u.deleted_at IS NULL`;

const ACCOUNT = {
  name: 'sessions.account',
  text: `SELECT u.id, u.role, u.is_active AS "isActive", u.email_verified_at IS NOT NULL AS "emailVerified"
    FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND ${LIVE}`,
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

const REVOKE = {
  name: 'sessions.revoke',
  text: 'UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL',
};

@Injectable()
export class SessionsRepository {
  constructor(private readonly sql: Sql) {}

  async insert(session: NewSession): Promise<void> {
    const { id, userId, createdAt, expiresAt, userAgent, ip } = session;
    await this.sql.rows(INSERT, [id, userId, createdAt, expiresAt, userAgent, ip]);
  }

  /** The account behind a session that is live; one that is disabled is among them, for its own answer. */
  async account(sessionId: string, now: Date): Promise<LiveAccountRow | undefined> {
    return this.sql.row<LiveAccountRow>(ACCOUNT, [sessionId, now]);
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

  async revoke(sessionId: string, now: Date): Promise<void> {
    await this.sql.rows(REVOKE, [sessionId, now]);
  }
}
