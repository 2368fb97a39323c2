import type { LiveEvent, Told } from './events.js';
import { BroadsheetError } from './problem.js';
import type { Patience } from './retry.js';

export interface Listening {
  /** Ends it. */
  signal?: AbortSignal;
  /** Of the event to go on behind. */
  lastEventId?: string;
}

/** Milliseconds from a broken connection to the next one, at first and at most. */
const RECONNECT = { first: 1_000, longest: 30_000 };

/** The events of one connection after the other, each of which goes on behind what the one before has told. */
export async function* resuming(
  { signal = new AbortController().signal, lastEventId }: Listening,
  { sleep }: Patience,
  connect: (last: string | undefined, signal: AbortSignal) => AsyncGenerator<Told, void>,
): AsyncGenerator<LiveEvent, void> {
  let last = lastEventId;
  let shortest = RECONNECT.first;
  let wait = shortest;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      for await (const { id, retry, event } of connect(last, signal)) {
        last = id || last;
        shortest = retry ?? shortest;
        wait = shortest;
        if (event) yield event;
      }
    } catch (error) {
      // What a new connection would not mend.
      if (error instanceof BroadsheetError) throw error;
    }
    await sleep(wait, signal).catch(() => undefined);
    wait = Math.min(wait * 2, RECONNECT.longest);
  }
}
