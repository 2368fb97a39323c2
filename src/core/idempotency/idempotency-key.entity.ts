import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The answer to a request with an `Idempotency-Key`, committed with what the request made. */
@Entity('idempotency_keys')
@Index('idempotency_keys_created_at', ['createdAt'])
export class IdempotencyKey {
  /** The route, and who asked: keys of different clients do not meet. */
  @PrimaryColumn('text')
  scope: string;

  /** SHA-256 of what the client sent, in base64url. */
  @PrimaryColumn('text')
  key: string;

  /** HMAC of the body, which tells whether a second request is the same one. */
  @Column('bytea')
  fingerprint: Buffer;

  @Column('jsonb')
  headers: Record<string, string>;

  /** To the byte as it was answered. */
  @Column('text')
  body: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt: Date;
}
