import { compare } from './comparison.js';
import { splitCores } from './cores.js';
import { createDataset } from './dataset.js';
import { HELP, readOptions, UsageError } from './options.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { runRounds } from './rounds.js';
import { assertSameAnswers } from './same-answers.js';
import { BASELINE, startServers } from './servers.js';
import { renderTable } from './table.js';
import { WORKS } from './works.js';

/** `npm run bench`: every work on every server in turn, and a table at the end. */

/** @typedef {import('./options.js').Options} Options */

/**
 * One server beside the baseline.
 * @typedef {{ server: string, works: import('./comparison.js').Comparison[] }} Outcome
 */

/**
 * @param {Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every answer was right and every bar was reached
 */
async function bench(options, place) {
  const works = worksOf(options);
  const startedAt = new Date();
  const cores = await splitCores();

  say(`Filling a database with ${options.users} accounts and ${options.posts} posts`);
  const dataset = await createDataset(place, options);
  const servers = await startServers(place, dataset.url, cores);
  for (const work of works) await assertSameAnswers(servers, work.paths(dataset));

  const rounds = await runRounds({ works, servers, dataset, options, place }, say);
  const outcomes = servers
    .filter(({ name }) => name !== BASELINE)
    .map(({ name }) => ({
      server: name,
      works: works.map((work, index) => against(name, work, rounds[index], options)),
    }));
  const content = { node: process.version, cores, options, works, rounds, outcomes };
  say(`\nAll figures are in ${await writeResults('', startedAt, content)}`);
  report(outcomes, options, cores);
  return outcomes.every((outcome) => outcome.works.every(({ isOk }) => isOk));
}

/** @param {Options} options */
function worksOf({ only }) {
  const works = WORKS.filter(({ name }) => name.includes(only));
  if (works.length === 0) throw new UsageError(`No work has a name with "${only}" in it`);
  return works;
}

/**
 * @param {string} server
 * @param {import('./works.js').Work} work
 * @param {import('./comparison.js').Round[]} rounds
 * @param {Options} options
 */
const against = (server, work, rounds, { short }) => compare(work, rounds, { baseline: BASELINE, server, short });

/**
 * @param {Outcome[]} outcomes
 * @param {Options} options
 * @param {import('./cores.js').Cores | undefined} cores
 */
function report(outcomes, { rounds, seconds, connections, users, posts, short }, cores) {
  const pinning = cores
    ? `The server under test on core ${cores.server}, load generator and PostgreSQL on ${cores.others}.`
    : 'Not pinned to cores (no taskset, or only one core): servers and load share them.';
  console.log(`
${rounds} rounds of ${seconds} s, ${connections} connections, ${users} accounts, ${posts} posts. ${pinning}
Pairs are ${BASELINE} / server.${short ? ' The short form says little, so that only a ratio under 0.4 fails.' : ''}
`);
  for (const { server, works } of outcomes) console.log(`${renderTable(works, { baseline: BASELINE, server })}\n`);
}

await runProgram({ command: 'npm run bench', help: HELP, readOptions, act: bench });
