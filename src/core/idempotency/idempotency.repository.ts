import { Injectable } from '@nestjs/common';
import { Sql } from '../database/sql.js';
import type { IdempotencyKey } from './idempotency-key.entity.js';

export type KeptAnswer = Pick<IdempotencyKey, 'scope' | 'key' | 'fingerprint' | 'headers' | 'body'>;

// The lock ends with the transaction, however that ends: no key stays in use because a process died.
const LOCK = {
  name: 'idempotency.lock',
  text: `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 1)) AS "isMine"`,
};

const FIND = {
  name: 'idempotency.find',
  text: `SELECT scope, key, fingerprint, headers, body FROM idempotency_keys
    WHERE scope = $1 AND key = $2 AND created_at > now() - $3 * interval '1 second'`,
};

// One that has expired and was not purged yet makes room.
const KEEP = {
  name: 'idempotency.keep',
  text: `INSERT INTO idempotency_keys (scope, key, fingerprint, headers, body) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, headers = excluded.headers,
      body = excluded.body, created_at = now()`,
};

const PURGE = {
  name: 'idempotency.purge',
  text: `DELETE FROM idempotency_keys WHERE created_at < now() - $1 * interval '1 second'`,
};

/** Ages in seconds. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly sql: Sql) {}

  /** @returns false where another request holds it; otherwise it is this transaction's until it ends */
  async lock(scope: string, key: string): Promise<boolean> {
    const row = await this.sql.row<{ isMine: boolean }>(LOCK, [scope, key]);
    return row?.isMine ?? false;
  }

  async find(scope: string, key: string, maxAge: number): Promise<KeptAnswer | undefined> {
    return this.sql.row<KeptAnswer>(FIND, [scope, key, maxAge]);
  }

  async keep({ scope, key, fingerprint, headers, body }: KeptAnswer): Promise<void> {
    await this.sql.rows(KEEP, [scope, key, fingerprint, JSON.stringify(headers), body]);
  }

  async purge(maxAge: number): Promise<void> {
    await this.sql.rows(PURGE, [maxAge]);
  }
}
