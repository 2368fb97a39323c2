import { Injectable } from '@nestjs/common';
import type { RowPage } from '../../common/paging/page.js';
import { Conditions } from '../database/conditions.js';
import { KeysetPager, NEWEST_FIRST } from '../paging/keyset-pager.js';
import type { AuditEvent } from './audit-event.entity.js';
import type { ListAuditEventsQuery } from './dto/list-audit-events.query.js';

export type AuditRow = AuditEvent;

const COLUMNS = `id, type, outcome, actor_id AS "actorId", subject_id AS "subjectId", session_id AS "sessionId",
  host(ip) AS ip, user_agent AS "userAgent", request_id AS "requestId", created_at AS "createdAt"`;

@Injectable()
export class AuditRepository {
  constructor(private readonly pager: KeysetPager) {}

  /** Newest first. */
  async page(query: ListAuditEventsQuery): Promise<RowPage<AuditRow>> {
    const { type, outcome, subject, actor } = query;
    const filter = new Conditions();
    filter.when(type, (value) => `type = ${filter.bind(value)}`);
    filter.when(outcome, (value) => `outcome = ${filter.bind(value)}`);
    filter.when(subject, (value) => `subject_id = ${filter.bind(value)}`);
    filter.when(actor, (value) => `actor_id = ${filter.bind(value)}`);
    const list = { name: 'audit.page', columns: COLUMNS, from: 'audit_events', id: 'id', filter, order: NEWEST_FIRST };
    return this.pager.page<AuditRow>({ ...list, filteredBy: [type, outcome, subject, actor] }, query);
  }
}
