/**
 * Tries again until it works, or the patience is at an end.
 * @param patience milliseconds of pauses after which no further attempt begins
 * @param pause milliseconds between two attempts
 * @throws what the last attempt threw
 */
export async function persistently<T>(
  work: () => Promise<T>,
  { patience, pause }: { patience: number; pause: number },
): Promise<T> {
  for (let left = patience; ; left -= pause)
    try {
      return await work();
    } catch (error) {
      if (left < pause) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
}
