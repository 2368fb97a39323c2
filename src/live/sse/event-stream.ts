import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import type { LiveReader } from '../feed/live-reader.js';
import { MAX_WAITING, type LiveClient } from '../live-client.js';

/** Milliseconds after which a client comes back: spread, so that a restart is not followed by all of them at once. */
const RETRY = { least: 1_000, most: 4_000 } as const;

/** The events that everybody may see, as Server-Sent Events. */
export class EventStream extends Readable implements LiveClient {
  readonly transport = 'sse';
  private isRead = true;

  constructor(
    readonly network: string,
    private readonly reader: LiveReader,
  ) {
    super();
    const { startId } = reader;
    // An id without data sets what the client resumes from, and is no event.
    this.push(`retry: ${randomInt(RETRY.least, RETRY.most)}\n${startId ? `id: ${startId}\n` : ''}\n`);
  }

  override _read(): void {
    this.isRead = true;
    // What is being read still counts as waiting, and without a push there would be no further call.
    if (this.tellNext()) this.catchUp();
  }

  catchUp(): void {
    while (!this.isOver && this.readableLength < MAX_WAITING && this.tellNext());
  }

  beat(): void {
    if (this.isOver) return;
    const isStuck = this.readableLength > 0 && !this.isRead;
    this.isRead = false;
    if (isStuck) this.destroy();
    else this.push(': heartbeat\n\n');
  }

  end(): void {
    if (this.isOver) return;
    this.push(null);
  }

  /** @returns whether there was anything to tell */
  private tellNext(): boolean {
    for (let message = this.reader.next(); message; message = this.reader.next()) {
      if (message.audience !== null) continue;
      this.push(message.sse);
      return true;
    }
    return false;
  }

  private get isOver(): boolean {
    return this.destroyed || this.readableEnded;
  }
}
