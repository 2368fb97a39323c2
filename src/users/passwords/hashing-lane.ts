import { AppError } from '../../common/errors/app-error.js';

/**
 * Runs slow work a few at a time, in the order in which it came. More than `maxWaiting` would only wait beyond any
 * client's patience, and is turned away at once.
 */
export class HashingLane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly width: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws AppError 503 when the lane is full */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.width) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= this.maxWaiting)
      throw new AppError('SERVICE_UNAVAILABLE', { headers: { 'retry-after': '5' } });
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** The place is handed on, so that nobody who comes in between can take it. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
