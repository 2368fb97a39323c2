import { Injectable } from '@nestjs/common';
import { LiveFeed } from './live-feed.js';
import { LiveReader } from './live-reader.js';

/** Begins to read for a client. */
@Injectable()
export class LiveReaders {
  constructor(private readonly feed: LiveFeed) {}

  /** @param lastEventId as the client says it, if it does */
  async open(lastEventId?: string): Promise<LiveReader> {
    await this.feed.ready();
    const { backlog } = this.feed;
    // Told by another process a moment ago, it may not be known here yet.
    if (lastEventId !== undefined && backlog.positionOf(lastEventId) === undefined) await this.feed.refresh();
    return new LiveReader(backlog, lastEventId);
  }
}
