import { AsyncLocalStorage } from 'node:async_hooks';
import { KeyedReads } from './keyed-reads.js';

interface Row {
  id: string;
  text: string;
}

const rowOf = (id: string): Row => ({ id, text: `row ${id}` });

function readsOf(known: string[]) {
  const read = jest.fn(async (keys: string[]) => keys.filter((key) => known.includes(key)).map(rowOf));
  return { read, rows: new KeyedReads<Row>(read, ({ id }) => id) };
}

describe('KeyedReads', () => {
  it('reads by one statement what is asked for at the same time, each key once', async () => {
    const { read, rows } = readsOf(['a', 'b']);
    const found = await Promise.all(['b', 'a', 'nobody', 'a'].map((key) => rows.one(key)));
    expect(found).toEqual([rowOf('b'), rowOf('a'), undefined, rowOf('a')]);
    expect(read.mock.calls).toEqual([[['b', 'a', 'nobody']]]);
  });

  it('reads anew what is asked for later, even while a statement is under way', async () => {
    const { read, rows } = readsOf(['a']);
    const early = rows.one('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.all([early, rows.one('a')])).toEqual([rowOf('a'), rowOf('a')]);
    expect(await rows.one('a')).toEqual(rowOf('a'));
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('fails for all who asked when the statement does, and for nobody after them', async () => {
    const { read, rows } = readsOf(['a']);
    read.mockRejectedValueOnce(new Error('the database is gone'));
    const outcomes = await Promise.allSettled([rows.one('a'), rows.one('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await rows.one('a')).toEqual(rowOf('a'));
  });

  it('runs in the context of nobody who asks', async () => {
    const actor = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const rows = new KeyedReads<Row>(
      async (keys) => {
        seen.push(actor.getStore());
        return keys.map(rowOf);
      },
      ({ id }) => id,
    );
    const ask = (name: string) => actor.run(name, async () => [await rows.one(name), actor.getStore()]);
    expect(await Promise.all(['ada', 'bob'].map(ask))).toEqual([
      [rowOf('ada'), 'ada'],
      [rowOf('bob'), 'bob'],
    ]);
    expect(seen).toEqual([undefined]);
  });
});
