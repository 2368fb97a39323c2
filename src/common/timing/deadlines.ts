/** Milliseconds that a deadline may be late. */
const INTERVAL = 100;

/** Tells of what has not ended within a limit that is the same for all, with one timer: one for each costs each of them. */
export class Deadlines<Item> {
  /** The oldest first, with the moments when they began. */
  private readonly underWay = new Map<Item, number>();
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

  begin(item: Item): void {
    this.underWay.set(item, performance.now());
  }

  end(item: Item): void {
    this.underWay.delete(item);
  }

  /** Tells of nothing any more. */
  stop(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const late = performance.now() - this.limit;
    for (const [item, began] of this.underWay) {
      if (began > late) return;
      this.underWay.delete(item);
      this.onLate(item);
    }
  }
}
