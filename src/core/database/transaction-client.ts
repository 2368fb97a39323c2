import type { ClientConfig } from 'pg';
import { BoundedClient } from './bounded-client.js';

type Callback = (error: Error | null, result?: unknown) => void;

const BEGINNING = /^\s*(?:BEGIN|START TRANSACTION)\b/i;

/**
 * A connection to a transaction pooler such as PgBouncer, where each transaction may meet another session: limits that
 * are told at the start are refused or lost there, so each transaction begins with them, and what runs outside of one
 * gets one of its own. All of it is sent at once and takes one round trip.
 */
export class TransactionClient extends BoundedClient {
  /** What follows the beginning of each transaction; PostgreSQL forgets it at the end. */
  private readonly limits: string;

  /** @param config as for a Client; its limits are in milliseconds */
  constructor(config: ClientConfig = {}) {
    const { statement_timeout, lock_timeout, idle_in_transaction_session_timeout, ...others } = config;
    super({ ...others, pipeline: true });
    this.limits = Object.entries({ statement_timeout, lock_timeout, idle_in_transaction_session_timeout })
      .filter(([, limit]) => limit)
      .map(([name, limit]) => `; SET LOCAL ${name} = ${Number(limit)}`)
      .join('');
  }

  override query(...call: unknown[]): never {
    const callback = typeof call.at(-1) === 'function' ? (call.pop() as Callback) : undefined;
    const outcome = this.run(call);
    if (!callback) return outcome as never;
    void tell(outcome, callback);
    return undefined as never;
  }

  private async run(call: unknown[]): Promise<unknown> {
    const [statement] = call;
    if (typeof statement === 'string' && BEGINNING.test(statement)) return this.send(statement + this.limits);
    if (this.getTransactionStatus() !== 'I') return this.send(...call);
    const outcomes = await Promise.allSettled([
      this.send(`BEGIN${this.limits}`),
      this.send(...call),
      // Rolls back after an error.
      this.send('COMMIT'),
    ]);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    return outcomes[1].status === 'fulfilled' ? outcomes[1].value : undefined;
  }

  private send(...call: unknown[]): Promise<unknown> {
    return super.query(...call) as Promise<unknown>;
  }
}

async function tell(outcome: Promise<unknown>, callback: Callback): Promise<void> {
  const [error, result] = await outcome.then(
    (value) => [null, value] as const,
    (reason: Error) => [reason] as const,
  );
  callback(error, result);
}
