import { Client, type ClientConfig } from 'pg';

/** For so long a server may take to answer a farewell, in milliseconds; one that is silent would never let go. */
const FAREWELL = 1_000;

/** `connectLimit` stands for pg's `connectionTimeoutMillis`, for which a pool would keep a timer for all who wait. */
type BoundedConfig = ClientConfig & { connectLimit?: number };

/**
 * A connection that ends with the first statement it has not answered within `query_timeout`: whatever came next, a
 * ROLLBACK above all, would stand in line behind that statement, and so would the next one to take it from the pool.
 */
export class BoundedClient extends Client {
  private asked = 0;
  /** What had been asked when it was looked at last, and when it was first seen to wait for that. */
  private seen = { asked: 0, since: 0 };

  constructor(config: BoundedConfig = {}) {
    super(config);
    // Who takes it from a pool may come to listen too late: its last word can stand in the packet that made it ready. Its
    // statements are told of the loss in any case, and so is the pool.
    this.on('error', () => undefined);
    // Not in its types. A copy of the config would lack the password, which pools hide from those who list its members.
    if (config.connectLimit !== undefined) Object.assign(this, { _connectionTimeoutMillis: config.connectLimit });
  }

  // The pool passes a callback, and ends the connection of a statement that fails by itself.
  // oxlint-disable-next-line typescript/no-explicit-any -- pg declares it six times over
  override query(...parameters: any[]): any {
    this.asked += 1;
    const result: unknown = super.query(...(parameters as [string]));
    if (result instanceof Promise) result.catch((error: unknown) => this.endAfter(error));
    return result;
  }

  /** To be called every now and then: ends the connection whose statement has had no answer for so many milliseconds. */
  look(limit: number): void {
    const { asked, seen } = this;
    const now = performance.now();
    // Not in its types.
    const { readyForQuery } = this as unknown as { readyForQuery: boolean };
    if (readyForQuery || seen.asked !== asked) this.seen = { asked, since: now };
    else if (now - seen.since >= limit) this.cutOff(new Error(SILENCE));
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.cutOff(), FAREWELL);
    this.once('end', () => clearTimeout(timer));
    return callback ? super.end(callback) : super.end();
  }

  private endAfter(error: unknown): void {
    if (isSilence(error)) this.cutOff(error);
  }

  private cutOff(error?: Error): void {
    // The socket is not in its types.
    const { connection } = this as unknown as { connection: { stream: { destroy: (error?: Error) => void } } };
    connection.stream.destroy(error);
  }
}

/** As pg says it of a statement with a limit of its own. */
const SILENCE = 'Query read timeout';

export const isSilence = (error: unknown): error is Error => error instanceof Error && error.message === SILENCE;
