import type { Backlog } from './backlog.js';
import { LiveMessage } from './live-message.js';

/** Tells a client that it has missed what cannot be made up for: it is to read anew what it shows. */
const RESYNC = 'resync';
/** What clients show of such a post is gone. */
const WITHDRAWAL = 'post.deleted';

/** How far one client has come. It is asked for one event after the other, as fast as the client takes them. */
export class LiveReader {
  private position: number;
  private hasMissed: boolean;
  /** What a client that resumes is told first. */
  private missed: Iterator<LiveMessage> | undefined;

  /** @param lastEventId what the client was told last; it begins with what is new where that is left out */
  constructor(
    private readonly backlog: Backlog,
    lastEventId?: string,
  ) {
    const known = lastEventId === undefined ? undefined : backlog.positionOf(lastEventId);
    const missed = known === undefined ? undefined : backlog.after(known);
    this.missed = missed && withoutWithdrawn(missed).values();
    this.hasMissed = lastEventId !== undefined && missed === undefined;
    this.position = backlog.head.position;
  }

  /** What a client goes on from, if its connection breaks before it is told anything; undefined where it knows that. */
  get startId(): string | undefined {
    return this.missed || this.hasMissed ? undefined : this.backlog.head.id;
  }

  /** The next event, for whomever it is; undefined until there is one. */
  next(): LiveMessage | undefined {
    if (this.hasMissed) return this.resync();
    const { value } = this.missed?.next() ?? {};
    if (value) return value as LiveMessage;
    this.missed = undefined;
    if (this.position === this.backlog.head.position) return undefined;
    const message = this.backlog.following(this.position) ?? this.resync();
    this.position = message.position;
    return message;
  }

  /** Goes on with what is new, and tells that something is missing in front of it. */
  resync(): LiveMessage {
    const { id, position } = this.backlog.head;
    this.hasMissed = false;
    this.missed = undefined;
    this.position = position;
    return new LiveMessage({ id, position, name: RESYNC, audience: null, data: {} });
  }
}

/** Of posts that were taken back while a client was away it is told that alone, and not once more what was in them. */
function withoutWithdrawn(messages: LiveMessage[]): LiveMessage[] {
  const withdrawn = new Set<unknown>();
  const left = messages.toReversed().filter(({ name, data }) => {
    if (name === WITHDRAWAL) withdrawn.add(data['id']);
    else if (name.startsWith('post.') && withdrawn.has(data['id'])) return false;
    return true;
  });
  return left.toReversed();
}
