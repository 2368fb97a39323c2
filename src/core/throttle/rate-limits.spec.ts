import { RateLimits } from './rate-limits.js';

const MINUTE = 60_000;

describe('RateLimits', () => {
  let limits: RateLimits;

  beforeEach(() => {
    jest.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z') });
    limits = new RateLimits();
  });

  afterEach(() => jest.useRealTimers());

  const hit = async (key: string, name = 'client', limit = 2) => limits.increment(key, MINUTE, limit, 0, name);

  it('counts up to the limit and blocks what is over it', async () => {
    expect(await hit('ada')).toEqual({ totalHits: 1, timeToExpire: 60, isBlocked: false, timeToBlockExpire: 60 });
    expect(await hit('ada')).toMatchObject({ totalHits: 2, isBlocked: false });
    expect(await hit('ada')).toMatchObject({ totalHits: 3, isBlocked: true });
  });

  it('says in whole seconds when the window ends, and begins a new one then', async () => {
    await hit('ada');
    await hit('ada');
    jest.advanceTimersByTime(58_500);
    expect(await hit('ada')).toMatchObject({ isBlocked: true, timeToExpire: 2, timeToBlockExpire: 2 });

    jest.advanceTimersByTime(1_500);
    expect(await hit('ada')).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('counts keys apart', async () => {
    await hit('ada');
    await hit('ada');
    expect(await hit('bob')).toMatchObject({ totalHits: 1, isBlocked: false });
  });

  it('counts rules apart, each with its own limit', async () => {
    await hit('ada', 'client', 1);
    expect(await hit('ada', 'client', 1)).toMatchObject({ isBlocked: true });
    expect(await hit('ada', 'network', 5)).toMatchObject({ totalHits: 1, isBlocked: false });
  });
});
