import { persistently } from './persistently.js';

const LIMITS = { patience: 25, pause: 10 };

describe('persistently', () => {
  it('tries until it works', async () => {
    const work = jest.fn().mockRejectedValueOnce(new Error('first')).mockResolvedValueOnce('done');
    expect(await persistently(work, LIMITS)).toBe('done');
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('gives up in the end, with the last error', async () => {
    let attempts = 0;
    const work = async (): Promise<never> => {
      attempts += 1;
      throw new Error(`attempt ${attempts}`);
    };
    await expect(persistently(work, LIMITS)).rejects.toThrow('attempt 3');
    expect(attempts).toBe(3);
  });
});
