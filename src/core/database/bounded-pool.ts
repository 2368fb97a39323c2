import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { AppError } from '../../common/errors/app-error.js';
import { Deadlines } from '../../common/timing/deadlines.js';
import { currentContext } from '../context/request-context.js';
import { BoundedClient, isSilence } from './bounded-client.js';

/** So many may wait for a connection; more would only wait beyond their limit. */
const MAX_WAITING = 1_000;

/** How often connections are looked at, in milliseconds: so late may it be noticed that one has fallen silent. */
const LOOK = 100;

type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (release?: unknown) => void,
) => void;

/** One who waits for a connection. */
interface Waiting {
  callback: Connected;
  /** Called by the pool when the turn has come. */
  turn: Connected;
  isOver: boolean;
}

/**
 * A pool in which no more wait than can be served in time, and which gives no connection to a request whose client is
 * gone or has been answered already. Its limits, `connectionTimeoutMillis` and `query_timeout`, are kept by two timers
 * where pg has two for each statement.
 */
export class BoundedPool extends Pool {
  private readonly clients = new Set<BoundedClient>();
  private readonly waiting?: Deadlines<Waiting>;
  private readonly looking?: NodeJS.Timeout;

  constructor({ connectionTimeoutMillis = 0, query_timeout: answerLimit = 0, ...options }: PoolConfig) {
    super(Object.assign({ Client: BoundedClient, connectLimit: connectionTimeoutMillis }, options));
    this.on('release', (error) => isSilence(error) && this.endIdle());
    if (connectionTimeoutMillis > 0)
      this.waiting = new Deadlines(connectionTimeoutMillis, (waiting) => this.giveUp(waiting));
    if (answerLimit > 0) this.looking = this.watch(answerLimit);
  }

  override end(): Promise<void>;
  override end(callback: () => void): void;
  override end(callback?: () => void): Promise<void> | void {
    if (!callback) return super.end().finally(() => this.stopTimers());
    super.end((...outcome: []) => {
      this.stopTimers();
      callback(...outcome);
    });
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
    const waiting: Waiting = {
      callback,
      turn: (error, client, release) => {
        if (deadline) this.waiting?.end(deadline);
        // Its turn has come too late.
        const late = client && (waiting.isOver || isGivenUp?.()) ? givenUp() : undefined;
        if (late) release();
        if (!waiting.isOver) callback(late ?? error, late ? undefined : client, release);
      },
      isOver: false,
    };
    const deadline = this.waiting?.begin(waiting);
    super.connect(waiting.turn);
  }

  private giveUp(waiting: Waiting): void {
    waiting.isOver = true;
    // Not in its types; who has a connection made for it already is not among them.
    const { _pendingQueue: queue } = this as unknown as { _pendingQueue: { callback: Connected }[] };
    const place = queue.findIndex(({ callback }) => callback === waiting.turn);
    if (place !== -1) queue.splice(place, 1);
    waiting.callback(new Error('timeout exceeded when trying to connect'), undefined, ignore);
  }

  private watch(limit: number): NodeJS.Timeout {
    this.on('connect', (client) => this.clients.add(client as unknown as BoundedClient));
    this.on('remove', (client) => this.clients.delete(client as unknown as BoundedClient));
    return setInterval(() => {
      for (const client of this.clients) client.look(limit);
    }, LOOK).unref();
  }

  private stopTimers(): void {
    this.waiting?.stop();
    clearInterval(this.looking);
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

/** @throws AppError 503 where nobody waits for what would be done */
export function assertAwaited(): void {
  if (currentContext().isGivenUp?.()) throw givenUp();
}

const givenUp = (): AppError => unavailable('Nobody waits for this request any more');

const unavailable = (reason: string): AppError =>
  new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '2' }, cause: new Error(reason) });

const ignore = (): void => undefined;
