import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Counts sign-in attempts; the key is a digest, so that neither addresses nor mistyped passwords stand here. */
@Entity('sign_in_counters')
@Index('sign_in_counters_resets_at', ['resetsAt'])
export class SignInCounter {
  @PrimaryColumn('text')
  key: string;

  @Column('int')
  count: number;

  @Column({ type: 'timestamptz', precision: 3 })
  resetsAt: Date;

  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  blockedUntil: Date | null;

  /** The attempt that was let through last; how each of many at once knows whether it was the one. */
  @Column('uuid', { nullable: true })
  admittedAttempt: string | null;
}
