/** Milliseconds between two attempts. */
const PAUSE = 500;

/**
 * Does again what failed, until it works or the limit, in milliseconds, has passed.
 * @throws whatever the work threw last
 */
export async function insist<T>(work: () => Promise<T>, limit: number): Promise<T> {
  for (const end = Date.now() + limit; ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() + PAUSE > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
