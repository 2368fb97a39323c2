import { insist } from './insist.js';

describe('insist', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks once where that is enough', async () => {
    const work = jest.fn().mockResolvedValue('done');
    await expect(insist(work, 1_000)).resolves.toBe('done');
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('asks again until it works', async () => {
    const work = jest.fn().mockRejectedValueOnce(new Error('one')).mockRejectedValueOnce(new Error('two'));
    work.mockResolvedValue('done');
    const insisting = insist(work, 10_000);
    await jest.advanceTimersByTimeAsync(999);
    expect(work).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(1);
    await expect(insisting).resolves.toBe('done');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('gives up in time, with the last reason', async () => {
    let count = 0;
    const work = jest.fn(async () => Promise.reject(new Error(`failure ${(count += 1)}`)));
    const outcome = insist(work, 1_200).catch((error: Error) => error.message);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await outcome).toBe('failure 3');
    expect(work).toHaveBeenCalledTimes(3);
  });
});
