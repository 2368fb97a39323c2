import { Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import { AppError } from '../../common/errors/app-error.js';
import { currentContext } from '../context/request-context.js';

/** So many may wait for a connection; more would only wait beyond their limit. */
const MAX_WAITING = 1_000;

/** For so long a server may take to answer a farewell, in milliseconds; one that is silent would never let go. */
const FAREWELL = 1_000;

/**
 * A connection that ends with the first statement it has not answered within `query_timeout`: whatever came next, a
 * ROLLBACK above all, would stand in line behind that statement, and so would the next one to take it from the pool.
 */
export class BoundedClient extends Client {
  // The pool passes a callback, and ends the connection of a statement that fails by itself.
  // oxlint-disable-next-line typescript/no-explicit-any -- pg declares it six times over
  override query(...parameters: any[]): any {
    const result: unknown = super.query(...(parameters as [string]));
    if (result instanceof Promise) result.catch((error: unknown) => this.endAfter(error));
    return result;
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

type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (release?: unknown) => void,
) => void;

/**
 * A pool in which no more wait than can be served in time, and which gives no connection to a request whose client is
 * gone or has been answered already.
 */
export class BoundedPool extends Pool {
  constructor(options: PoolConfig) {
    super(Object.assign({ Client: BoundedClient }, options));
    this.on('release', (error) => isSilence(error) && this.endIdle());
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | void {
    if (callback) return this.connectFor(callback);
    return new Promise((resolve, reject) =>
      this.connectFor((error, client) => (client ? resolve(client) : reject(error ?? new Error('No connection')))),
    );
  }

  private connectFor(callback: Connected): void {
    const { isGivenUp } = currentContext();
    const refusal = this.refusal(isGivenUp);
    if (refusal) return process.nextTick(callback, refusal, undefined, ignore);
    super.connect((error, client, release) => {
      // Its turn has come too late.
      const late = client && isGivenUp?.() ? givenUp() : undefined;
      if (late) release();
      callback(late ?? error, late ? undefined : client, release);
    });
  }

  /** Where one connection has fallen silent the others most likely have, too: each would cost a request its patience. */
  private endIdle(): void {
    for (let count = this.idleCount; count > 0; count -= 1) super.connect((_error, _client, release) => release(true));
  }

  private refusal(isGivenUp: (() => boolean) | undefined): AppError | undefined {
    if (isGivenUp?.()) return givenUp();
    return this.waitingCount >= MAX_WAITING ? unavailable('Too many wait for a connection') : undefined;
  }
}

const isSilence = (error: unknown): error is Error => error instanceof Error && error.message === 'Query read timeout';

/** @throws AppError 503 where nobody waits for what would be done */
export function assertAwaited(): void {
  if (currentContext().isGivenUp?.()) throw givenUp();
}

const givenUp = (): AppError => unavailable('Nobody waits for this request any more');

const unavailable = (reason: string): AppError =>
  new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '2' }, cause: new Error(reason) });

const ignore = (): void => undefined;
