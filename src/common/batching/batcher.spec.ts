import { AsyncLocalStorage } from 'node:async_hooks';
import { Batcher } from './batcher.js';

describe('Batcher', () => {
  const batches: number[][] = [];

  beforeEach(() => batches.splice(0));

  const doubling = async (items: number[]): Promise<number[]> => {
    batches.push(items);
    await Promise.resolve();
    return items.map((item) => item * 2);
  };

  it('does together what comes together, no more at a time than its limit', async () => {
    const batcher = new Batcher(doubling, 3);
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map(async (item) => batcher.add(item)));

    expect(results).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await batcher.add(7)).toBe(14);
  });

  it('does together what comes while a batch is under way', async () => {
    const late: Promise<number>[] = [];
    const batcher: Batcher<number, number> = new Batcher(async (items: number[]) => {
      if (late.length === 0) late.push(batcher.add(2), batcher.add(3));
      return doubling(items);
    });

    expect(await batcher.add(1)).toBe(2);
    expect(await Promise.all(late)).toEqual([4, 6]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('lets an item fail alone, and goes on', async () => {
    const batcher = new Batcher(async (items: number[]) => {
      if (items.includes(3)) throw new Error('not three');
      return doubling(items);
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map(async (item) => batcher.add(item)));

    expect(results).toEqual([
      { status: 'fulfilled', value: 2 },
      { status: 'fulfilled', value: 4 },
      { status: 'rejected', reason: new Error('not three') },
      { status: 'fulfilled', value: 8 },
    ]);
    expect(batches).toEqual([[1], [2], [4]]);
    expect(await batcher.add(5)).toBe(10);
  });

  it('works in the context of nobody who waits', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const batcher = new Batcher(async (items: number[]) => {
      seen.push(context.getStore());
      return items;
    });
    await context.run('request', async () => Promise.all([batcher.add(1), batcher.add(2)]));

    expect(seen).toEqual([undefined, undefined]);
  });
});
