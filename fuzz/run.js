import { readFile } from 'node:fs/promises';
import { progress, runProgram, say } from '../bench/program.js';
import { Hunt } from './hunt.js';
import { operationsOf } from './operations.js';
import { HELP, readOptions } from './options.js';
import { renderFindings, renderStatuses, renderTable } from './report.js';
import { Site } from './site/site.js';
import { Contract } from './verdict/contract.js';
import { checkIntegrity } from './verdict/integrity.js';

/** `npm run fuzz`: nothing that a client sends breaks it. */

/** Milliseconds that `/health` may take, in the long form: in the short one the machine is busy with others. */
const HEALTH_LIMIT = 1_000;
/** Milliseconds between two looks at how far it is. */
const LOOK = 500;

/**
 * @param {import('./options.js').Options} options
 * @param {{ cleanup: import('../bench/cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether nothing fell
 */
async function fuzz({ requests, seed, short }, place) {
  const startedAt = Date.now();
  say(`Seed: ${seed}, requests: ${requests}`);
  const document = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8'));
  const operations = operationsOf(document);
  const site = new Site(place);
  await site.start();
  const hunt = new Hunt(site, new Contract(document, operations), operations);
  progress.begin('requests', requests);
  const timer = setInterval(() => progress.reach(hunt.sent), LOOK);
  place.cleanup.defer(async () => clearInterval(timer));
  const endProbe = site.probe();
  await hunt.run(requests, seed);
  const health = await endProbe();
  clearInterval(timer);
  progress.reach(hunt.sent);
  progress.end();

  const integrity = await checkIntegrity(site, hunt.grants, hunt.owners);
  const errors = await site.errors();
  const deadlocks = await site.deadlocks();
  const { exit } = site;
  const isOk =
    !exit &&
    hunt.findings.size === 0 &&
    integrity.faults.length === 0 &&
    errors.length === 0 &&
    health.failed === 0 &&
    (short || health.slowest <= HEALTH_LIMIT);
  const seconds = (Date.now() - startedAt) / 1_000;
  const outcome = { hunt, health, integrity, errors, deadlocks, exit, operations: operations.length, seconds, isOk };
  console.log(
    `\nSeed ${seed}${short ? ', short form' : ''}\n\n${renderTable(outcome)}\n\n${renderStatuses(hunt.statuses)}\n`,
  );
  const unserved = operations.filter(({ name }) => !hunt.served.has(name)).map(({ name }) => name);
  if (unserved.length > 0) console.log(`Served to nobody: ${unserved.join(', ')}\n`);
  for (const line of renderFindings(outcome)) console.log(line);
  return isOk;
}

await runProgram({ command: 'npm run fuzz', help: HELP, readOptions, act: fuzz });
