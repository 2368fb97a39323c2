import { setTimeout as sleep } from 'node:timers/promises';
import { Author } from './bulk/authors.js';
import { peakMemory } from './bulk/memory.js';
import { median } from './comparison.js';
import { createDataset } from './dataset.js';
import { Listener } from './live/listener.js';
import { HELP, readOptions } from './live/options.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { startServer } from './servers.js';
import { align } from './table.js';

/** `npm run bench:live`: thousands of clients that listen to one API process. */

/** Megabytes. */
const BARS = { memory: 400 };
/** Opened at a time. */
const BATCH = 100;
/** For so long they only listen, in milliseconds: longer than a heartbeat. */
const IDLE = 30_000;

/**
 * @param {import('./live/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every bar was met
 */
async function measure({ connections, events }, place) {
  const startedAt = new Date();
  const { url: databaseUrl } = await createDataset(place, { users: 1, posts: 1 });
  const settings = { RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '0' };
  const { url, pid } = await startServer('product', place, databaseUrl, undefined, settings);
  const author = await Author.signUp(`${url}/api/v1`, 'announcer');
  const before = await peakMemory(pid);

  say(`Opening ${connections.toLocaleString('en')} connections`);
  const listeners = await openAll(url, connections);
  say(`Listening for ${IDLE / 1_000} s`);
  await sleep(IDLE);
  const idle = await peakMemory(pid);

  say('Publishing');
  const times = [];
  for (let count = 1; count <= events; count += 1) times.push(await timeToAll(author, listeners, count));
  const memory = await peakMemory(pid);

  const isOk = idle !== undefined && idle < BARS.memory;
  const rows = [
    ['peak memory without connections', megabytes(before), '–', '–'],
    [`with ${connections.toLocaleString('en')}, idle`, megabytes(idle), megabytes(BARS.memory), isOk ? 'yes' : 'NO'],
    [`after ${events} events to all`, megabytes(memory), '–', '–'],
    ['from publishing to the last of them, median', `${median(times).toFixed(0)} ms`, '–', '–'],
    ['the same, slowest', `${Math.max(...times).toFixed(0)} ms`, '–', '–'],
  ];
  console.log(`\n${align([['live events', 'figure', 'bar', 'ok'], ...rows])}\n`);
  const file = await writeResults('live-', startedAt, {
    node: process.version,
    connections,
    before,
    idle,
    memory,
    times,
  });
  say(`All figures are in ${file}`);
  return isOk;
}

/** @param {number | undefined} value */
const megabytes = (value) => `${value?.toFixed(0) ?? '?'} MB`;

/** @returns {Promise<Listener[]>} */
async function openAll(url, count) {
  const listeners = [];
  while (listeners.length < count) {
    const more = Array.from({ length: Math.min(BATCH, count - listeners.length) }, (_, index) =>
      Listener.open(url, index % 2 ? 'sse' : 'websocket'),
    );
    listeners.push(...(await Promise.all(more)));
  }
  return listeners;
}

/** @returns {Promise<number>} milliseconds from the request until everybody has been told of so many posts */
async function timeToAll(author, listeners, count) {
  const id = await author.draft();
  const begun = performance.now();
  await author.publish(id);
  while (listeners.some((listener) => listener.count < count)) await sleep(1);
  return performance.now() - begun;
}

await runProgram({ command: 'npm run bench:live', help: HELP, readOptions, act: measure });
