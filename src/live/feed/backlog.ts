import { KEPT_EVENTS } from '../../core/live/live-events.js';
import type { PlacedEvent } from '../../core/live/live-events.repository.js';
import { LiveMessage } from './live-message.js';

/** Where clients are that came before the first event. */
const BEGINNING = { id: '00000000-0000-0000-0000-000000000000', position: 0 } as const;

/** A place in the order of events. */
export type Mark = Pick<LiveMessage, 'id' | 'position'>;

/** The last events, in their order. */
export class Backlog {
  private messages: LiveMessage[] = [];
  private readonly positions = new Map<string, number>();

  constructor(private readonly limit = KEPT_EVENTS) {}

  /** The last event; the beginning where there is none. */
  get head(): Mark {
    return this.messages.at(-1) ?? BEGINNING;
  }

  /** @param events those that follow, in their order */
  add(events: PlacedEvent[]): void {
    for (const event of events) {
      this.messages.push(new LiveMessage(event));
      this.positions.set(event.id, event.position);
    }
    // Seldom, as the others move up.
    if (this.messages.length > 1.2 * this.limit)
      for (const { id } of this.messages.splice(0, this.messages.length - this.limit)) this.positions.delete(id);
  }

  /** Where the event of this id has its place; undefined where it is too old, or never was. */
  positionOf(id: string): number | undefined {
    return id === BEGINNING.id ? BEGINNING.position : this.positions.get(id);
  }

  /** What follows; undefined where some of it is not here any more. */
  after(position: number): LiveMessage[] | undefined {
    const index = this.indexAfter(position);
    return index === undefined ? undefined : this.messages.slice(index);
  }

  /** The first of what follows; undefined where there is none, or it is not here any more. */
  following(position: number): LiveMessage | undefined {
    const index = this.indexAfter(position);
    return index === undefined ? undefined : this.messages[index];
  }

  private indexAfter(position: number): number | undefined {
    let [low, high] = [0, this.messages.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.messages[middle]?.position ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    const next = this.messages[low];
    // In front of the first one there may have been others; numbers are left out only where a transaction failed.
    return low === 0 && next && next.position > position + 1 ? undefined : low;
  }
}
