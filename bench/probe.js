import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from './lists/times.js';

/** Milliseconds from one request to the next, whether or not that one has been answered. */
const INTERVAL = 20;

/**
 * Asks a server that is under load for something else: what somebody sees who comes along meanwhile.
 * @param {string} url
 * @param {AbortSignal} signal ends it
 * @returns {Promise<{ p50: number, p99: number, max: number }>} milliseconds
 */
export async function probe(url, signal) {
  const asked = [];
  while (!signal.aborted) {
    asked.push(timeOf(url));
    await sleep(INTERVAL);
  }
  const times = await Promise.all(asked);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: Math.max(...times) };
}

/** @param {string} url */
async function timeOf(url) {
  const started = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return performance.now() - started;
}
