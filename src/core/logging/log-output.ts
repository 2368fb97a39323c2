import { fstatSync, write, writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const STDOUT = 1;
/** Characters that wait to be written; what comes then is dropped: a reader that stalls must not stall us. */
const MAX_WAITING = 8 * 1_048_576;
/** Characters that are written at once. */
const CHUNK = 16_384;
/** Milliseconds until the next attempt: a reader is soon back, a disk is full for longer. */
const RETRY = { full: 100, failed: 1_000 };
/** For so long a process that ends waits for its reader, in milliseconds. */
const FAREWELL = 300;

/**
 * Lines for stdout that never hold the process up, nor end it. They wait while nobody reads or the disk is full, up to a
 * bound; those beyond it are dropped, and counted in a line of their own when it goes on. Whatever ends the process, but
 * a kill, writes the rest.
 */
export class LogOutput implements DestinationStream {
  /** Told of each line that is dropped. */
  onDrop: () => void = () => undefined;
  private readonly waiting: string[] = [];
  private waitingLength = 0;
  private dropped = 0;
  /** Taken from `waiting`, and not yet written to its end. */
  private chunk: Buffer | undefined;
  private isUnderWay = false;
  private retry: NodeJS.Timeout | undefined;

  constructor() {
    const kind = fstatSync(STDOUT);
    // Node opens stdout when it is first asked for, and makes a pipe one that does not block then: a write to one that
    // nobody empties would take a thread, and keep the process from ending.
    if (kind.isFIFO() || kind.isSocket()) void process.stdout;
    process.on('exit', () => this.flushSync());
  }

  write(line: string): void {
    if (this.waitingLength + line.length > MAX_WAITING) {
      this.dropped += 1;
      this.onDrop();
      return;
    }
    this.keep(line);
    if (!this.isUnderWay && !this.retry) this.next();
  }

  /** Writes what it can right now; also what pino calls after a fatal line. */
  flushSync(): void {
    if (this.isUnderWay) this.chunk = undefined;
    for (const end = Date.now() + FAREWELL; this.take();) {
      try {
        this.advance(writeSync(STDOUT, this.chunk as Buffer));
      } catch (error) {
        if (!isFull(error) || Date.now() > end) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }

  private keep(line: string): void {
    this.waitingLength += line.length;
    const last = this.waiting.length - 1;
    if (last >= 0 && (this.waiting[last] as string).length + line.length <= CHUNK) this.waiting[last] += line;
    else this.waiting.push(line);
  }

  private next(): void {
    this.retry = undefined;
    if (!this.take()) return;
    this.isUnderWay = true;
    const chunk = this.chunk as Buffer;
    write(STDOUT, chunk, (error, written) => {
      this.isUnderWay = false;
      if (error) {
        this.retry = setTimeout(() => this.next(), isFull(error) ? RETRY.full : RETRY.failed).unref();
        return;
      }
      // What was under way when the rest was written out is done with.
      if (this.chunk === chunk) this.advance(written);
      this.next();
    });
  }

  /** @returns whether there is something to be written */
  private take(): boolean {
    if (this.chunk) return true;
    const text = this.waiting.shift();
    if (text === undefined) return false;
    this.waitingLength -= text.length;
    this.chunk = Buffer.from(text);
    return true;
  }

  private advance(written: number): void {
    const { chunk } = this;
    if (!chunk) return;
    this.chunk = written < chunk.length ? chunk.subarray(written) : undefined;
    if (this.chunk || this.dropped === 0) return;
    const notice = { level: 'warn', time: new Date().toISOString(), dropped: this.dropped };
    this.dropped = 0;
    this.keep(`${JSON.stringify({ ...notice, msg: 'Lines of the log were dropped, as nobody took them' })}\n`);
  }
}

const isFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';
