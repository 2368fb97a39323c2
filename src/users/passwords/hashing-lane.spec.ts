import { setImmediate } from 'node:timers/promises';
import { HashingLane } from './hashing-lane.js';

/** Work that ends when it is told to. */
class Work {
  readonly started: string[] = [];
  private readonly ends = new Map<string, { resolve: (value: string) => void; reject: (error: Error) => void }>();

  begin(name: string): () => Promise<string> {
    return async () => {
      this.started.push(name);
      return new Promise((resolve, reject) => this.ends.set(name, { resolve, reject }));
    };
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.resolve(`result of ${name}`);
    await setImmediate();
  }

  async fail(name: string): Promise<void> {
    this.ends.get(name)?.reject(new Error(`${name} failed`));
    await setImmediate();
  }
}

describe('HashingLane', () => {
  it('runs as much as it is wide, and the rest in the order in which it came', async () => {
    const lane = new HashingLane(2, 10);
    const work = new Work();
    const results = ['a', 'b', 'c', 'd'].map(async (name) => lane.run(work.begin(name)));
    await setImmediate();
    expect(work.started).toEqual(['a', 'b']);

    await work.end('b');
    expect(work.started).toEqual(['a', 'b', 'c']);
    await work.end('a');
    expect(work.started).toEqual(['a', 'b', 'c', 'd']);

    await work.end('c');
    await work.end('d');
    expect(await Promise.all(results)).toEqual(['result of a', 'result of b', 'result of c', 'result of d']);
  });

  it('gives a place that is free to who waits, not to who comes in between', async () => {
    const lane = new HashingLane(1, 10);
    const work = new Work();
    const first = lane.run(work.begin('first'));
    const waiting = lane.run(work.begin('waiting'));
    // Asks for its place the very moment that the first one's is given back.
    const late = first.then(async () => lane.run(work.begin('late')));
    await setImmediate();
    await work.end('first');
    await work.end('waiting');
    await work.end('late');

    expect(work.started).toEqual(['first', 'waiting', 'late']);
    await Promise.all([waiting, late]);
  });

  it('turns away at once what would only wait, and says when to come back', async () => {
    const lane = new HashingLane(1, 1);
    const work = new Work();
    const running = lane.run(work.begin('running'));
    const waiting = lane.run(work.begin('waiting'));

    await expect(lane.run(work.begin('too many'))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      status: 503,
      headers: { 'retry-after': '5' },
    });

    await setImmediate();
    await work.end('running');
    await work.end('waiting');
    await Promise.all([running, waiting]);
    expect(work.started).toEqual(['running', 'waiting']);
  });

  it('takes new work once there is room again', async () => {
    const lane = new HashingLane(1, 0);
    const work = new Work();
    const first = lane.run(work.begin('first'));
    await expect(lane.run(work.begin('too many'))).rejects.toMatchObject({ status: 503 });
    await setImmediate();
    await work.end('first');
    await first;

    const second = lane.run(work.begin('second'));
    await setImmediate();
    await work.end('second');
    expect(await second).toBe('result of second');
  });

  it('passes a failure on, and gives its place to the next', async () => {
    const lane = new HashingLane(1, 10);
    const work = new Work();
    const failing = lane.run(work.begin('failing')).catch((error: unknown) => error);
    const next = lane.run(work.begin('next'));
    await setImmediate();
    await work.fail('failing');
    expect(await failing).toEqual(new Error('failing failed'));
    expect(work.started).toEqual(['failing', 'next']);
    await work.end('next');
    await next;
  });
});
