import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids/uuid.js';
import { currentContext } from '../context/request-context.js';
import { Sql } from '../database/sql.js';
import type { AuditOutcome, AuditType } from './audit-types.js';

const INSERT = {
  name: 'audit.insert',
  text: `INSERT INTO audit_events
      (id, type, outcome, actor_id, subject_id, session_id, ip, user_agent, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
};

export interface AuditFacts {
  /** Whose account it concerns. */
  subjectId?: string;
  /** Who did it, where the guard of the request does not know it yet. */
  actorId?: string;
  sessionId?: string;
  outcome?: AuditOutcome;
}

/** Writes the audit trail; in the transaction of what it tells of, so that neither is there without the other. */
@Injectable()
export class Audit {
  constructor(private readonly sql: Sql) {}

  async record(type: AuditType, facts: AuditFacts = {}): Promise<void> {
    const { userId, sessionId, ip, userAgent, requestId } = currentContext();
    await this.sql.rows(INSERT, [
      newId(),
      type,
      facts.outcome ?? 'success',
      facts.actorId ?? userId ?? null,
      facts.subjectId ?? null,
      facts.sessionId ?? sessionId ?? null,
      ip ?? null,
      userAgent ?? null,
      requestId ?? null,
    ]);
  }
}
