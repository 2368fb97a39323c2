import { setTimeout as sleep } from 'node:timers/promises';
import { probe } from './probe.js';
import { messageOf, processorTime, startProcess } from './processes.js';

/**
 * @typedef {object} Measurement
 * @property {number} seconds that it took
 * @property {number} answers with the status that they should have
 * @property {number} wrong answers with another
 * @property {number} missing requests without an answer
 * @property {number} requestsPerSecond
 * @property {Latency} latency
 * @property {Latency} [meanwhile] of what was asked for beside the load
 * @property {Effort} [effort] left out where the system does not tell
 */

/** @typedef {{ p50: number, p99: number, max: number }} Latency in milliseconds */

/**
 * @typedef {object} Effort
 * @property {number} busy share of one core that the server worked
 * @property {number} microseconds of a core for one answer
 */

/**
 * @typedef {object} Job
 * @property {import('./works.js').Request[]} requests
 * @property {number} [status] that the answers should have; 200 where it is left out
 * @property {number} connections
 * @property {number} seconds how long, or at most how long where there is an amount
 * @property {number} [amount] of requests after which it ends
 * @property {string} [meanwhile] a path that is asked for beside the load
 */

/**
 * Puts a server under load from a process of its own.
 * @param {import('./servers.js').Server} server
 * @param {Job} job
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<Measurement>}
 */
export async function measure(server, { meanwhile, status = 200, ...job }, place) {
  const load = startProcess(new URL('load.js', import.meta.url), { ...place, environment: {} });
  const over = new AbortController();
  const before = await processorTime(server.pid);
  load.send({ ...job, status, url: server.url });
  const probing = meanwhile === undefined ? undefined : probe(server.url + meanwhile, over.signal);
  // Longer than a request may take after the last second.
  const measurement = await messageOf(load, 'load generator', (job.seconds + 60) * 1_000);
  const after = await processorTime(server.pid);
  over.abort();
  load.disconnect();
  await settle(server.pid);
  const effort = before !== undefined && after !== undefined && effortOf(after - before, measurement);
  return { ...measurement, ...(effort && { effort }), ...(probing && { meanwhile: await probing }) };
}

/** Of a moment in which a server is looked at, in milliseconds, and the share of it that it may work when it rests. */
const MOMENT = 100;
const RESTING = 0.2;
const MOMENTS = 100;

/**
 * What was asked for at the end is still being worked on, sign-ins for seconds, though nobody waits any more: the server
 * that is measured next on the same core must not pay for that.
 * @param {number} pid
 */
async function settle(pid) {
  let before = await processorTime(pid);
  for (let moment = 0; moment < MOMENTS && before !== undefined; moment += 1) {
    await sleep(MOMENT);
    const after = await processorTime(pid);
    if ((after - before) * 1_000 < MOMENT * RESTING) return;
    before = after;
  }
}

/**
 * @param {number} worked seconds
 * @param {Measurement} measurement
 * @returns {Effort}
 */
const effortOf = (worked, { seconds, answers }) => ({
  busy: worked / seconds,
  microseconds: (worked * 1_000_000) / answers,
});
