import { setTimeout as sleep } from 'node:timers/promises';

/** A 429 is waited out so many times. */
const MAX_WAITS = 5;

/**
 * Calls the API as a well-behaved client does: JSON, a token where there is one, and patience when it is told to wait.
 * @param {string} baseUrl
 * @param {string} [token]
 */
export const createClient = (baseUrl, token) =>
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<{ status: number, body: any }>}
   */
  async function call(method, path, body) {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    };
    const request = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    for (let waits = 0; ; waits += 1) {
      const response = await fetch(baseUrl + path, request);
      const text = await response.text();
      if (response.status !== 429 || waits === MAX_WAITS)
        return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
      await sleep(Number(response.headers.get('retry-after')) * 1_000);
    }
  };

/**
 * The body of an answer whose status is the expected one.
 * @param {{ status: number, body: any }} answer
 * @param {number} status
 */
export function expectStatus(answer, status) {
  if (answer.status !== status)
    throw new Error(`Expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/**
 * Works through a list with so many at a time.
 * @template Item, Result
 * @param {Item[]} items
 * @param {number} parallel
 * @param {(item: Item, index: number) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the items
 */
export async function inParallel(items, parallel, work) {
  /** @type {Result[]} */
  const results = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      while (next < items.length) {
        const index = next++;
        results[index] = await work(items[index], index);
      }
    }),
  );
  return results;
}
