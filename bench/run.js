import { compare } from './comparison.js';
import { splitCores } from './cores.js';
import { createDataset } from './dataset.js';
import { figuresOf, meanwhileOf, renderFigures } from './figures.js';
import { HELP, readOptions, UsageError } from './options.js';
import { runProgram, say } from './program.js';
import { openServerLog, writeResults } from './results.js';
import { prepare, runRounds } from './rounds.js';
import { assertSameAnswers } from './same-answers.js';
import { BASELINE, settingsFor, startServers } from './servers.js';
import { renderTable } from './table.js';
import { serversOf, WORKS } from './works.js';

/** `npm run bench`: every work on every server in turn, and a table at the end. */

/** @typedef {import('./options.js').Options} Options */

/**
 * @param {Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every answer was right and, unless it is the short form, every bar was reached
 */
async function bench(options, { cleanup, directory }) {
  const works = WORKS.filter(({ name }) => name.includes(options.only));
  const extras = figuresOf(options);
  if (works.length + extras.length === 0)
    throw new UsageError(`Neither a work nor a figure has a name with "${options.only}" in it`);
  const startedAt = new Date();
  const cores = await splitCores();
  const { file: log, output } = await openServerLog(cleanup);
  const place = { cleanup, directory, output };
  say(`What the servers print is in ${log}`);

  say(`Filling a database with ${options.users} accounts and ${options.posts} posts`);
  const bcryptCost = Number(settingsFor(0, '').BCRYPT_COST);
  const dataset = await createDataset(place, { ...options, bcryptCost });
  const { rounds, comparisons } = await compareAll(works, { dataset, cores, options, place });
  const figures = meanwhileOf(works, comparisons);
  const raw = {};
  for (const { name, measure } of extras) {
    say(`Measuring: ${name}`);
    const measured = await measure({ dataset, cores, options, place });
    figures.push(...measured.figures);
    raw[name] = measured.raw;
  }

  const content = { node: process.version, cores, options, rounds, comparisons, figures, raw };
  say(`\nAll figures are in ${await writeResults('', startedAt, content)}`);
  report(comparisons, figures, options, cores);
  if (options.short) return comparisons.every(({ isRight }) => isRight);
  return [...comparisons, ...figures].every(({ isOk }) => isOk);
}

/**
 * What reads is measured first: what writes changes the newest posts.
 * @param {import('./works.js').Work[]} works
 * @param {import('./figures.js').Situation} situation
 */
async function compareAll(works, { dataset, cores, options, place }) {
  const names = new Set(works.flatMap(serversOf));
  const servers = await startServers([...names], place, dataset.url, cores);
  const rounds = {};
  for (const group of [works.filter(({ writes }) => !writes), works.filter(({ writes }) => writes)]) {
    if (group.length === 0) continue;
    const prepared = await prepare(group, servers, dataset);
    for (const one of prepared) await assertSameAnswers(one);
    const measured = await runRounds(prepared, options, place);
    for (const [index, { name }] of group.entries()) rounds[name] = measured[index];
  }
  for (const server of servers) await server.stop();
  const comparisons = works.flatMap((work) =>
    Object.keys(work.bars).map((server) => compare(work, rounds[work.name], { baseline: BASELINE, server })),
  );
  return { rounds, comparisons };
}

/**
 * @param {import('./comparison.js').Comparison[]} comparisons
 * @param {import('./figures.js').Figure[]} figures
 * @param {Options} options
 * @param {import('./cores.js').Cores | undefined} cores
 */
function report(comparisons, figures, { rounds, seconds, connections, users, posts, short }, cores) {
  const pinning = cores
    ? `The server under test on core ${cores.server}, load generator and PostgreSQL on ${cores.others}.`
    : 'Not pinned to cores (no taskset, or only one core): servers and load share them.';
  const shortness = short ? ' The short form says little: it fails for wrong answers alone.' : '';
  console.log(`
${rounds} rounds of ${seconds} s, ${connections} connections, ${users} accounts, ${posts} posts. ${pinning}
Pairs are ${BASELINE} / server.${shortness}
`);
  if (comparisons.length > 0) console.log(`${renderTable(comparisons)}\n`);
  if (figures.length > 0) console.log(`${renderFigures(figures)}\n`);
}

await runProgram({ command: 'npm run bench', help: HELP, readOptions, act: bench });
