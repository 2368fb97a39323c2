import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgresError } from '../dist/src/local/postgres/embedded-postgres-error.js';
import { Cleanup } from './cleanup.js';
import { compare } from './comparison.js';
import { splitCores } from './cores.js';
import { createDataset } from './dataset.js';
import { HELP, readOptions, UsageError } from './options.js';
import { runRounds } from './rounds.js';
import { assertSameAnswers, DifferentAnswersError } from './same-answers.js';
import { BASELINE, startServers } from './servers.js';
import { renderTable } from './table.js';
import { WORKS } from './works.js';

/** `npm run bench`: every work on every server in turn, and a table at the end. */

/** @typedef {import('./options.js').Options} Options */

/**
 * One server beside the baseline.
 * @typedef {{ server: string, works: import('./comparison.js').Comparison[] }} Outcome
 */

const EXIT = { failure: 1, usage: 2, interrupted: 130 };
const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

class Interrupted extends Error {}

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const cleanup = new Cleanup();
  try {
    const isOk = await Promise.race([bench(options, cleanup), interruption()]);
    return isOk ? 0 : EXIT.failure;
  } finally {
    await cleanup.run();
  }
}

/**
 * @param {Options} options
 * @param {Cleanup} cleanup
 * @returns {Promise<boolean>} whether every answer was right and every bar was reached
 */
async function bench(options, cleanup) {
  const works = worksOf(options);
  const startedAt = new Date();
  const cores = await splitCores();
  const place = { cleanup, directory: await makeDirectory(cleanup) };

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
  await writeResults(startedAt, { node: process.version, cores, options, works, rounds, outcomes });
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
 * Open to the user that PostgreSQL runs as where this one is root.
 * @param {Cleanup} cleanup
 */
async function makeDirectory(cleanup) {
  const directory = await mkdtemp(join(tmpdir(), 'broadsheet-bench-'));
  cleanup.defer(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o755);
  return directory;
}

/**
 * @param {Date} startedAt
 * @param {object} content
 */
async function writeResults(startedAt, content) {
  const file = join(RESULTS, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify({ startedAt, ...content }, null, 2)}\n`);
  say(`\nAll figures are in ${file}`);
}

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

/** Never settles unless a signal comes. */
const interruption = () =>
  new Promise((_resolve, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => reject(new Interrupted(signal)));
  });

/** @param {unknown} error */
function explain(error) {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof UsageError) {
    say(`${error.message}; see npm run bench -- --help`);
    return EXIT.usage;
  }
  const isExpected = error instanceof DifferentAnswersError || error instanceof EmbeddedPostgresError;
  say(isExpected ? error.message : (error.stack ?? String(error)));
  return EXIT.failure;
}

process.exit(await main().catch(explain));
