import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** Asks in a thread of its own how the process is, and how long that takes: this thread has nothing else to do. */

const PAUSE = 50;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const result = { asked: 0, failed: 0, slowest: 0 };
const ending = new AbortController();
parentPort.once('message', () => ending.abort());

/** Resolves with whether it was answered as it should be. */
const ask = () =>
  new Promise((resolve) => {
    get(workerData.url, { agent }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode === 200)),
    ).on('error', () => resolve(false));
  });

while (!ending.signal.aborted) {
  const started = performance.now();
  const isFine = await ask();
  result.asked += 1;
  result.failed += isFine ? 0 : 1;
  result.slowest = Math.max(result.slowest, performance.now() - started);
  await sleep(PAUSE);
}
agent.destroy();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
parentPort.postMessage(result);
