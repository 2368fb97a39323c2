import { testSettings } from '../../../test/support/test-settings.js';
import { Metrics } from '../metrics/metrics.js';
import { Generation } from './generation.js';
import { ResponseCache, type CachedAnswer } from './response-cache.js';

const answer = (text: string): CachedAnswer => ({ headers: { etag: `"${text}"` }, body: Buffer.from(text) });

const cacheWith = (
  generation: Generation = new CountedGeneration(),
  overrides: NodeJS.ProcessEnv = {},
  metrics = new Metrics(),
) => new ResponseCache(generation, testSettings('postgres://localhost/none', overrides), metrics);

/** As of a process that alone writes. */
class CountedGeneration extends Generation {
  private count = 0;

  async current(): Promise<string> {
    return this.known();
  }

  known(): string {
    return `${this.count}`;
  }

  async advance(): Promise<void> {
    this.count += 1;
  }
}

/** As with a Redis that does not answer. */
class Unknown extends Generation {
  async current(): Promise<undefined> {}

  known(): undefined {
    return undefined;
  }

  async advance(): Promise<void> {}
}

/** A load that the test ends, and that counts how often it was begun. */
function heldLoad() {
  const ends: { resolve: (answer: CachedAnswer | undefined) => void; reject: (error: Error) => void }[] = [];
  const load = jest.fn(
    async () => new Promise<CachedAnswer | undefined>((resolve, reject) => ends.push({ resolve, reject })),
  );
  return { load, ends };
}

/** Lets everything run that waits for nothing but its turn. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

const textOf = (read: CachedAnswer | undefined): string | undefined => read?.body.toString();

describe('ResponseCache', () => {
  it('loads once for all who miss at the same time, and for those who come soon after', async () => {
    const cache = cacheWith();
    const { load, ends } = heldLoad();
    const reads = Array.from({ length: 50 }, () => cache.read('/posts', load));
    await settle();
    ends[0]?.resolve(answer('one'));
    expect((await Promise.all(reads)).map(textOf)).toEqual(reads.map(() => 'one'));
    expect(textOf(await cache.read('/posts', load))).toBe('one');
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('has at once what it keeps, and nothing that was made before a write', async () => {
    const cache = cacheWith();
    expect(cache.kept('/posts')).toBeUndefined();
    await cache.read('/posts', async () => answer('one'));
    expect(textOf(cache.kept('/posts'))).toBe('one');
    await cache.invalidate();
    expect(cache.kept('/posts')).toBeUndefined();
  });

  it('keeps different requests apart', async () => {
    const cache = cacheWith();
    const texts = ['/posts', '/posts?limit=2', '/tags'];
    for (const text of texts) await cache.read(text, async () => answer(text));
    for (const text of texts) expect(textOf(await cache.read(text, async () => answer('another')))).toBe(text);
  });

  it('loads again after a write', async () => {
    const cache = cacheWith();
    await cache.read('/posts', async () => answer('one'));
    await cache.invalidate();
    expect(textOf(await cache.read('/posts', async () => answer('two')))).toBe('two');
  });

  it('gives what was begun before a write to nobody who asks after it', async () => {
    const cache = cacheWith();
    const before = heldLoad();
    const early = cache.read('/posts', before.load);
    await settle();
    await cache.invalidate();
    const after = heldLoad();
    const late = cache.read('/posts', after.load);
    await settle();
    after.ends[0]?.resolve(answer('new'));
    before.ends[0]?.resolve(answer('old'));
    expect([textOf(await early), textOf(await late)]).toEqual(['old', 'new']);
    // The old one came last, and is not what is kept.
    expect(textOf(await cache.read('/posts', async () => answer('newest')))).not.toBe('old');
  });

  it('shares no failure: each of those who waited asks for itself', async () => {
    const cache = cacheWith();
    const { load, ends } = heldLoad();
    const first = cache.read('/posts', load);
    await settle();
    const others = [1, 2].map((number) => cache.read('/posts', async () => answer(`own ${number}`)));
    ends[0]?.reject(new Error('the database is gone'));
    await expect(first).rejects.toThrow('the database is gone');
    expect((await Promise.all(others)).map(textOf)).toEqual(['own 1', 'own 2']);
  });

  it('shares that the database is away: those who waited would only wait once more', async () => {
    const cache = cacheWith();
    const { load, ends } = heldLoad();
    const reads = [1, 2, 3].map(() => cache.read('/posts', load));
    await settle();
    ends[0]?.reject(new Error('Query read timeout'));
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps no failure', async () => {
    const cache = cacheWith();
    await expect(cache.read('/posts', () => Promise.reject(new Error('not today')))).rejects.toThrow('not today');
    expect(textOf(await cache.read('/posts', async () => answer('one')))).toBe('one');
  });

  it('shares and keeps nothing that is not for everybody', async () => {
    const cache = cacheWith();
    const { load, ends } = heldLoad();
    const mine = cache.read('/posts/draft', load);
    await settle();
    const theirs = cache.read('/posts/draft', () => Promise.reject(new Error('not found')));
    ends[0]?.resolve(undefined);
    expect(await mine).toBeUndefined();
    await expect(theirs).rejects.toThrow('not found');
    await expect(cache.read('/posts/draft', () => Promise.reject(new Error('not found')))).rejects.toThrow('not found');
  });

  it('lets go of the oldest when it is full, and keeps nothing that is very large', async () => {
    const cache = cacheWith();
    const loads = jest.fn();
    const read = (key: string, bytes: number) =>
      cache.read(key, async () => {
        loads(key);
        return { headers: {}, body: Buffer.alloc(bytes) };
      });
    await read('too large', 3 * 1_048_576);
    await read('too large', 3 * 1_048_576);
    expect(loads).toHaveBeenCalledTimes(2);
    for (let page = 0; page < 40; page += 1) await read(`page ${page}`, 1_048_576);
    loads.mockClear();
    await read('page 39', 1_048_576);
    expect(loads).not.toHaveBeenCalled();
    await read('page 0', 1_048_576);
    expect(loads).toHaveBeenCalledTimes(1);
  });

  it.each([
    { name: 'while nobody can tell what is current', generation: new Unknown(), setting: 'on' },
    { name: 'when it is switched off', generation: new CountedGeneration(), setting: 'off' },
  ])('loads each time $name', async ({ generation, setting }) => {
    const cache = cacheWith(generation, { RESPONSE_CACHE: setting });
    const load = jest.fn(async () => answer('one'));
    for (let time = 0; time < 3; time += 1) expect(textOf(await cache.read('/posts', load))).toBe('one');
    expect(load).toHaveBeenCalledTimes(3);
    expect(cache.kept('/posts')).toBeUndefined();
  });

  it('counts what became of its reads', async () => {
    const metrics = new Metrics();
    const cache = cacheWith(new CountedGeneration(), {}, metrics);
    const { load, ends } = heldLoad();
    const reads = [cache.read('/posts', load), cache.read('/posts', load)];
    await settle();
    ends[0]?.resolve(answer('one'));
    await Promise.all(reads);
    await cache.read('/posts', load);
    const text = await metrics.registry.metrics();
    for (const outcome of ['miss', 'coalesced', 'hit'])
      expect(text).toContain(`response_cache_reads_total{outcome="${outcome}"} 1\n`);
  });
});
