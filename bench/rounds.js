import { measure } from './measure.js';
import { progress, say } from './program.js';
import { serversOf } from './works.js';

/** @typedef {import('./comparison.js').Round} Round */
/** @typedef {import('./servers.js').Server} Server */
/** @typedef {import('./works.js').Work} Work */
/** @typedef {{ work: Work, servers: Server[], requests: Map<Server, import('./works.js').Request[]> }} Prepared */

/**
 * Makes the requests of every work for each of its servers.
 * @param {Work[]} works
 * @param {Server[]} servers
 * @param {import('./dataset.js').Dataset} dataset
 * @returns {Promise<Prepared[]>}
 */
export async function prepare(works, servers, dataset) {
  const prepared = [];
  for (const work of works) {
    const names = serversOf(work);
    const own = servers.filter(({ name }) => names.includes(name));
    const requests = new Map();
    for (const server of own) requests.set(server, await work.requests({ dataset, server }));
    prepared.push({ work, servers: own, requests });
  }
  return prepared;
}

/**
 * Measures every work on its servers, once a round. Servers alternate, and the one that begins changes with every
 * round, so that whatever else happens on the machine hits all of them alike.
 * @param {Prepared[]} prepared
 * @param {Pick<import('./options.js').Options, 'rounds' | 'seconds' | 'warmUp' | 'connections'>} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<Round[][]>} for each work its rounds
 */
export async function runRounds(prepared, options, place) {
  const { rounds, seconds, warmUp } = options;
  const load = ({ work: { status, meanwhile, longer = 1 }, requests }, server, duration) => {
    const job = { requests: requests.get(server), status, meanwhile: meanwhile?.path, seconds: duration * longer };
    return measure(server, { ...job, connections: options.connections }, place);
  };
  say('Warming up');
  for (const one of prepared) for (const server of one.servers) await load(one, server, warmUp);

  progress.begin('measurements', rounds * prepared.length);
  const results = prepared.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, one] of prepared.entries()) {
      /** @type {Round} */
      const measured = {};
      const order = round % 2 === 0 ? one.servers : one.servers.toReversed();
      for (const server of order) measured[server.name] = await load(one, server, seconds);
      results[index].push(measured);
      progress.advance(1);
      say(`Round ${round + 1} of ${rounds}, ${one.work.name}: ${describe(one.servers, measured)}`);
    }
  progress.end();
  return results;
}

/**
 * @param {Server[]} servers
 * @param {Round} measured
 */
const describe = (servers, measured) =>
  servers.map(({ name }) => `${name} ${Math.round(measured[name].requestsPerSecond)} req/s`).join(', ');
