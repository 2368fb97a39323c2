import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Does work of one kind together: what comes in at the same moment, and what comes while a batch is under way. So it
 * costs nothing where there is little to do, and a fraction where there is much. Where a batch fails its items are tried
 * one by one, so that none fails for the sake of another.
 */
export class Batcher<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private isBusy = false;
  /** That of whoever made the batcher: a batch belongs to no single one of those who wait for it. */
  private readonly context = new AsyncResource('Batcher');

  /**
   * @param work resolves with the results in the order of the items; may be done again for a part of them
   * @param limit items of a batch
   */
  constructor(
    private readonly work: (items: Item[]) => Promise<Result[]>,
    private readonly limit = 100,
  ) {}

  /** @throws whatever the work throws for this item alone */
  async add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isBusy) this.context.runInAsyncScope(() => void this.drain());
    });
  }

  private async drain(): Promise<void> {
    this.isBusy = true;
    await setImmediate();
    while (this.waiting.length > 0) await this.run(this.waiting.splice(0, this.limit));
    this.isBusy = false;
  }

  private async run(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.work(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await this.run([one]);
    }
  }
}
