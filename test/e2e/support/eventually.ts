const PATIENCE = 10_000;
const INTERVAL = 20;

/**
 * Asks until there is an answer: for what another process does in its own time.
 * @throws Error that says what was waited for, after ten seconds
 */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
  throw new Error(`Waited in vain for ${what}`);
}
