import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { newId } from '../../common/ids/uuid.js';
import { Clock } from '../../core/clock/clock.js';
import { Settings } from '../../core/config/settings.js';
import { Sql } from '../../core/database/sql.js';
import { Keyring } from '../../core/keys/keyring.js';
import { networkKey } from '../../core/throttle/network-key.js';

/** Seconds in which the tries of LOGIN_RATE_LIMIT are counted. */
const WINDOW = 60;
const NETWORK_FACTOR = 10;
/** Wrong passwords in a row, from wherever, after which an account begins to be locked. */
const FREE_FAILURES = 10;
/** Seconds of the first lock; each further failure doubles it. */
const FIRST_LOCK = 60;
const LONGEST_LOCK = 3_600;
/** Failures are forgotten after so many seconds without another. */
const MEMORY = 86_400;

export interface Attempt {
  ip: string;
  /**
   * What was typed, in the form in which accounts are compared. Not the account that it stands for: counting two names
   * together would tell that they are one account's.
   */
  account: string;
}

interface SuspectRow {
  count: number;
  blockedUntil: Date | null;
  admitted: boolean;
}

/** One of the two, as a try is refused for its network before it is held against the account. */
type AdmittedRow = { refusedUntil: Date } | ({ refusedUntil: null } & SuspectRow);

// Counted as a failure before the password is looked at, so that parallel guesses count too; the right password takes it
// back. While it is blocked nothing is counted, so that a lock ends.
const suspecting = (where = ''): string => `INSERT INTO sign_in_counters AS c (key, count, resets_at, admitted_attempt)
    SELECT $1, 1, $2::timestamptz + $3 * interval '1 second', $7::uuid ${where}
    ON CONFLICT (key) DO UPDATE SET
      count = CASE WHEN c.resets_at <= $2 THEN 1 WHEN c.blocked_until > $2 THEN c.count ELSE c.count + 1 END,
      resets_at = excluded.resets_at,
      admitted_attempt = CASE WHEN c.blocked_until > $2 THEN c.admitted_attempt ELSE $7::uuid END,
      blocked_until = CASE
        WHEN c.resets_at <= $2 THEN NULL
        WHEN c.blocked_until > $2 THEN c.blocked_until
        WHEN c.count + 1 >= $4
          THEN $2::timestamptz + LEAST($5 * 2 ^ LEAST(c.count + 1 - $4, 20), $6) * interval '1 second'
      END
    RETURNING count, blocked_until AS "blockedUntil", admitted_attempt = $7::uuid AS admitted`;

const SUSPECT = { name: 'signIn.suspect', text: suspecting() };

// One statement for all counters, in the order of their keys and the account's last, so that parallel attempts wait
// instead of deadlocking.
const ADMIT = {
  name: 'signIn.admit',
  text: `WITH tries AS (
      INSERT INTO sign_in_counters AS c (key, count, resets_at)
      SELECT key, 1, $2::timestamptz + $10 * interval '1 second' FROM unnest($8::text[]) AS key ORDER BY key
      ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN c.resets_at <= $2 THEN 1 ELSE c.count + 1 END,
        resets_at = CASE WHEN c.resets_at <= $2 THEN excluded.resets_at ELSE c.resets_at END
      RETURNING key, count, resets_at
    ), refusal AS (
      SELECT max(resets_at) AS until FROM tries JOIN unnest($8::text[], $9::int[]) AS l (key, most) USING (key)
      WHERE count > most
    ), suspect AS (${suspecting('FROM refusal WHERE until IS NULL')})
    SELECT until AS "refusedUntil", suspect.* FROM refusal LEFT JOIN suspect ON true`,
};

// It goes by no order of keys, and so waits for nobody: what is being counted counts again.
const PURGE = {
  name: 'signIn.purge',
  text: `DELETE FROM sign_in_counters WHERE key IN (
      SELECT key FROM sign_in_counters WHERE resets_at < $1 AND (blocked_until IS NULL OR blocked_until < $1)
      FOR UPDATE SKIP LOCKED
    )`,
};

const FORGET = { name: 'signIn.forget', text: 'DELETE FROM sign_in_counters WHERE key = ANY($1::text[])' };

/**
 * Slows guessing down: tries by network and account, tries by network, and wrong passwords by account, whether or not
 * it exists. In PostgreSQL, so that they hold for all processes. A live session and a reset are never touched by it.
 */
@Injectable()
export class SignInLimits {
  constructor(
    private readonly sql: Sql,
    private readonly keyring: Keyring,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts a try, before any password is hashed.
   * @returns whether the account is locked from now on, should the password be wrong
   * @throws AppError `TOO_MANY_ATTEMPTS` with `Retry-After`
   */
  async admit({ ip, account }: Attempt): Promise<boolean> {
    const limit = this.settings.LOGIN_RATE_LIMIT;
    if (limit === 0) return false;
    const network = networkKey(ip);
    const now = this.clock.now();
    const row = await this.sql.row<AdmittedRow>(ADMIT, [
      ...this.suspicion('account', account, now),
      [this.key('network', network), this.key('network-account', network, account)],
      [limit * NETWORK_FACTOR, limit],
      WINDOW,
    ]);
    if (row?.refusedUntil) throw refuse(row.refusedUntil, now);
    return beginsLocks(row, now);
  }

  /**
   * Counts a try to confirm a password by somebody who is signed in already: apart from sign-ins, as a stranger must
   * not be able to lock the owner's live session out.
   * @throws AppError `TOO_MANY_ATTEMPTS` with `Retry-After`
   */
  async admitConfirmation(account: string): Promise<void> {
    if (this.settings.LOGIN_RATE_LIMIT === 0) return;
    const now = this.clock.now();
    beginsLocks(await this.sql.row<SuspectRow>(SUSPECT, this.suspicion('confirmation', account, now)), now);
  }

  /** What SUSPECT is told, and ADMIT first. */
  private suspicion(kind: string, account: string, now: Date): unknown[] {
    return [this.key(kind, account), now, MEMORY, FREE_FAILURES, FIRST_LOCK, LONGEST_LOCK, newId()];
  }

  /**
   * After the right password, or a new one.
   * @param names everything that the account was counted under: its address and username, its id
   */
  async forget(...names: string[]): Promise<void> {
    const kinds = ['account', 'confirmation'];
    await this.sql.rows(FORGET, [names.flatMap((name) => kinds.map((kind) => this.key(kind, name)))]);
  }

  /** Counters that count nothing any more. */
  async purge(): Promise<void> {
    await this.sql.rows(PURGE, [this.clock.now()]);
  }

  private key(...parts: string[]): string {
    return this.keyring.sign('sign-in', JSON.stringify(parts), 18).toString('base64url');
  }
}

/**
 * Whether a try begins a series of locks, should its password be wrong.
 * @throws AppError `TOO_MANY_ATTEMPTS` where the account is locked
 */
function beginsLocks(row: SuspectRow | undefined, now: Date): boolean {
  if (row && !row.admitted) throw refuse(row.blockedUntil ?? now, now);
  return row?.count === FREE_FAILURES;
}

function refuse(until: Date, now: Date): AppError {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
  return new AppError('TOO_MANY_ATTEMPTS', { headers: { 'retry-after': String(seconds) } });
}
