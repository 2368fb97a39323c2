import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What clients that listen are told, committed together with the change that it tells of. */
@Entity('live_events')
@Index('live_events_position', ['position'], { unique: true })
@Index('live_events_unplaced', ['createdAt', 'id'], { where: 'position IS NULL' })
export class LiveEventEntity {
  /** What a client resumes from: it says nothing of how many there were. */
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /**
   * The place in the one order in which every process tells them; null until somebody who reads has given it one. Not at
   * the writing: transactions commit in another order than they write, and who has read the tenth event would never look
   * for a ninth that was committed after it.
   */
  @Column('bigint', { nullable: true })
  position: string | null;

  @Column('text')
  name: string;

  /** The account that alone is told; null for everybody. */
  @Column('uuid', { nullable: true })
  audience: string | null;

  @Column('jsonb')
  data: object;

  /** In microseconds, and not of the beginning of the transaction: what it writes twice keeps its order. */
  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  createdAt: Date;
}
