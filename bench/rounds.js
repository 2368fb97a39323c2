import { measure } from './measure.js';

/** @typedef {import('./comparison.js').Round} Round */
/** @typedef {import('./servers.js').Server} Server */
/** @typedef {import('./works.js').Work} Work */

/**
 * @typedef {object} Plan
 * @property {Work[]} works
 * @property {Server[]} servers
 * @property {import('./dataset.js').Dataset} dataset
 * @property {import('./options.js').Options} options
 * @property {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 */

/**
 * Measures every work on every server, once a round. Servers alternate, and the one that begins changes with every
 * round, so that whatever else happens on the machine hits all of them alike.
 * @param {Plan} plan
 * @param {(line: string) => void} say
 * @returns {Promise<Round[][]>} for each work its rounds
 */
export async function runRounds(plan, say) {
  const { works, servers, options } = plan;
  say(`Warming up ${servers.length} servers`);
  for (const work of works) for (const server of servers) await load(plan, work, server, options.warmUp);

  const results = works.map(() => []);
  for (let round = 0; round < options.rounds; round += 1)
    for (const [place, work] of works.entries()) {
      const order = round % 2 === 0 ? servers : servers.toReversed();
      const measured = await runRound(plan, work, order);
      results[place].push(measured);
      say(`Round ${round + 1} of ${options.rounds}, ${work.name}: ${describe(servers, measured)}`);
    }
  return results;
}

/**
 * @param {Plan} plan
 * @param {Work} work
 * @param {Server[]} order
 */
async function runRound(plan, work, order) {
  /** @type {Round} */
  const measured = {};
  for (const server of order) measured[server.name] = await load(plan, work, server, plan.options.seconds);
  return measured;
}

/**
 * @param {Plan} plan
 * @param {Work} work
 * @param {Server} server
 * @param {number} seconds
 */
const load = ({ dataset, options: { connections }, place }, work, server, seconds) =>
  measure(server, { paths: work.paths(dataset), connections, seconds }, place);

/**
 * @param {Server[]} servers
 * @param {Round} measured
 */
const describe = (servers, measured) =>
  servers.map(({ name }) => `${name} ${Math.round(measured[name].requestsPerSecond)} req/s`).join(', ');
