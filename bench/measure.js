import { messageOf, processorTime, startProcess } from './processes.js';

/**
 * @typedef {object} Measurement
 * @property {number} seconds that it took
 * @property {number} answers with a status of 2xx
 * @property {number} failures: other answers, and none
 * @property {number} requestsPerSecond
 * @property {{ p50: number, p99: number, max: number }} latency in milliseconds
 * @property {Effort} [effort] left out where the system does not tell
 */

/**
 * @typedef {object} Effort
 * @property {number} busy share of one core that the server worked
 * @property {number} microseconds of a core for one answer
 */

/**
 * Puts a server under load from a process of its own.
 * @param {import('./servers.js').Server} server
 * @param {object} job
 * @param {string[]} job.paths
 * @param {number} job.connections
 * @param {number} job.seconds
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<Measurement>}
 */
export async function measure(server, job, place) {
  const load = startProcess(new URL('load.js', import.meta.url), { ...place, environment: {} });
  const before = await processorTime(server.pid);
  load.send({ ...job, url: server.url });
  // Longer than a request may take after the last second.
  const measurement = await messageOf(load, 'load generator', (job.seconds + 60) * 1_000);
  const after = await processorTime(server.pid);
  load.disconnect();
  if (before === undefined || after === undefined) return measurement;
  return { ...measurement, effort: effortOf(after - before, measurement) };
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
