import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { AuditOutcome, AuditType } from './audit-types.js';

/** One event that matters to security: who, whom, from where, with which outcome. Kept when accounts are not. */
@Entity('audit_events')
@Index('audit_events_created_at', ['createdAt', 'id'])
@Index('audit_events_subject', ['subjectId', 'createdAt', 'id'])
@Index('audit_events_type', ['type', 'createdAt', 'id'])
export class AuditEvent {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  type: AuditType;

  @Column('text')
  outcome: AuditOutcome;

  /** Who did it; null for somebody who was not signed in. No foreign key: the trail outlives the account. */
  @Column('uuid', { nullable: true })
  actorId: string | null;

  /** Whose account it concerns; null where no account is known. */
  @Column('uuid', { nullable: true })
  subjectId: string | null;

  @Column('uuid', { nullable: true })
  sessionId: string | null;

  @Column('inet', { nullable: true })
  ip: string | null;

  @Column('text', { nullable: true })
  userAgent: string | null;

  @Column('text', { nullable: true })
  requestId: string | null;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
