import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `parked`: nobody knew the event, or its subscriber failed for good; it waits for a newer version or a person. */
export type OutboxState = 'pending' | 'done' | 'parked';

/** What happened, committed together with the change that it tells of. */
@Entity('outbox_events')
@Index('outbox_events_due', ['nextTryAt', 'id'], { where: "state = 'pending'" })
@Index('outbox_events_parked', ['id'], { where: "state = 'parked'" })
export class OutboxEvent {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  type: string;

  /** Ids alone: what else there is to know is read when the event is handled. */
  @Column('jsonb')
  payload: object;

  /** Request and trace id of the request that caused it. */
  @Column('jsonb', { default: {} })
  context: { requestId?: string; traceparent?: string };

  @Column('text', { default: 'pending' })
  state: OutboxState;

  @Column('int', { default: 0 })
  tries: number;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  nextTryAt: Date;

  @Column('text', { nullable: true })
  lastError: string | null;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  doneAt: Date | null;
}
