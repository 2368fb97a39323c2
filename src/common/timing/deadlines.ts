/** Milliseconds that a deadline may be late. */
const INTERVAL = 100;

/** One that is under way: a link between those that began before and after it. */
export interface Deadline<Item> {
  readonly item: Item;
  /** As of `performance.now()`. */
  readonly began: number;
  previous?: Deadline<Item>;
  next?: Deadline<Item>;
}

/**
 * Tells of what has not ended within a limit that is the same for all, with one timer: one for each costs each of them.
 *
 * They are links, and stand in no Map: V8 moves the entries of a Map to another table whenever the last one is full of gaps,
 * and the last one leads to the next. Once one of these tables is old, each that follows is kept until the whole heap is
 * collected, with all that was under way at its time.
 */
export class Deadlines<Item> {
  private oldest?: Deadline<Item>;
  private youngest?: Deadline<Item>;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param limit milliseconds
   * @param onLate told once of each that has not ended by then
   */
  constructor(
    private readonly limit: number,
    private readonly onLate: (item: Item) => void,
  ) {
    this.timer = setInterval(() => this.tell(), INTERVAL).unref();
  }

  begin(item: Item): Deadline<Item> {
    const deadline: Deadline<Item> = { item, began: performance.now(), previous: this.youngest, next: undefined };
    if (this.youngest) this.youngest.next = deadline;
    else this.oldest = deadline;
    this.youngest = deadline;
    return deadline;
  }

  /** May be called again. */
  end(deadline: Deadline<Item>): void {
    const { previous, next } = deadline;
    if (previous) previous.next = next;
    else if (this.oldest === deadline) this.oldest = next;
    if (next) next.previous = previous;
    else if (this.youngest === deadline) this.youngest = previous;
    // An old one must not lead to younger ones either.
    deadline.previous = undefined;
    deadline.next = undefined;
  }

  /** Tells of nothing any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const late = performance.now() - this.limit;
    for (let first = this.oldest; first && first.began <= late; first = this.oldest) {
      this.end(first);
      this.onLate(first.item);
    }
  }
}
