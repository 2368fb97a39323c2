import { compare } from './comparison.js';
import { splitCores } from './cores.js';
import { createDataset } from './dataset.js';
import { HELP, readOptions } from './growth/options.js';
import { runProgram, say } from './program.js';
import { openServerLog, writeResults } from './results.js';
import { prepare, runRounds } from './rounds.js';
import { assertSameAnswers } from './same-answers.js';
import { BASELINE, settingsFor, startServers, USUAL } from './servers.js';
import { align, whole } from './table.js';
import { serversOf, WORKS } from './works.js';

/** `npm run bench:growth`: how the cost of what reads grows with the posts and with the connections. */

/** @typedef {import('./comparison.js').Comparison & { posts: number, connections: number }} Grown */

/** Without the usual stack, whose entities alone would take a third of the time. @type {import('./works.js').Work[]} */
const READS = WORKS.filter(({ writes }) => !writes).map((work) => Object.assign({}, work, { bars: judged(work.bars) }));

/** @param {import('./works.js').Work['bars']} bars */
function judged({ [USUAL]: _forTheRecord, ...bars }) {
  return bars;
}

/**
 * @param {import('./growth/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every answer was right; no time is judged here
 */
async function grow(options, { cleanup, directory }) {
  const startedAt = new Date();
  const { file: log, output } = await openServerLog(cleanup);
  const place = { cleanup, directory, output };
  say(`What the servers print is in ${log}`);
  const cores = await splitCores();
  const grown = [];
  for (const posts of options.posts) grown.push(...(await measureSize(posts, options, cores, place)));
  const file = await writeResults('growth-', startedAt, { node: process.version, cores, options, grown });
  say(`\nAll figures are in ${file}`);
  console.log(`\nAnswers a second / p99 in ms / core µs for one answer:\n\n${renderGrowth(grown)}\n`);
  return grown.every(({ isRight }) => isRight);
}

/**
 * @param {number} posts
 * @param {import('./growth/options.js').Options} options
 * @param {import('./cores.js').Cores | undefined} cores
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<Grown[]>}
 */
async function measureSize(posts, options, cores, place) {
  say(`Making ${posts.toLocaleString('en')} posts`);
  const bcryptCost = Number(settingsFor(0, '').BCRYPT_COST);
  const dataset = await createDataset(place, { users: Math.ceil(posts / 10), posts, bcryptCost }, `posts-${posts}`);
  const servers = await startServers([...new Set(READS.flatMap(serversOf))], place, dataset.url, cores);
  const prepared = await prepare(READS, servers, dataset);
  for (const one of prepared) await assertSameAnswers(one);
  const grown = [];
  for (const connections of options.connections) {
    say(`${posts.toLocaleString('en')} posts, ${connections} connections`);
    const rounds = await runRounds(prepared, { ...options, connections }, place);
    for (const [index, work] of READS.entries())
      for (const server of Object.keys(work.bars))
        grown.push({ ...compare(work, rounds[index], { baseline: BASELINE, server }), posts, connections });
  }
  for (const server of servers) await server.stop();
  return grown;
}

/** A row for each work, server and number of connections; a column for each number of posts. @param {Grown[]} grown */
function renderGrowth(grown) {
  const sizes = [...new Set(grown.map(({ posts }) => posts))];
  const rows = new Map();
  for (const { work, server, connections, posts, baseline, figures } of grown)
    for (const [name, own] of Object.entries({ [BASELINE]: baseline, [server]: figures })) {
      const key = `${work}, ${name}, ${connections}`;
      if (!rows.has(key)) rows.set(key, [work, name, whole(connections), ...sizes.map(() => '–')]);
      rows.get(key)[3 + sizes.indexOf(posts)] = cellOf(own);
    }
  const head = ['work', 'server', 'connections', ...sizes.map((size) => `${whole(size)} posts`)];
  return align([head, ...rows.values()]);
}

/** @param {import('./comparison.js').Figures} figures */
const cellOf = ({ requestsPerSecond, p99, effort }) =>
  `${whole(requestsPerSecond)} / ${whole(p99)} / ${effort ? whole(effort.microseconds) : '?'}`;

await runProgram({ command: 'npm run bench:growth', help: HELP, readOptions, act: grow });
