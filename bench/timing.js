import { median } from './comparison.js';
import { splitCores } from './cores.js';
import { UsageError } from './options.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { startServer } from './servers.js';
import { align } from './table.js';
import { createAccounts } from './timing/accounts.js';
import { Connection } from './timing/connection.js';
import { HELP, readOptions } from './timing/options.js';
import { sample, WARM_UP } from './timing/sampling.js';
import { chance, separation } from './timing/separation.js';
import { TRIALS } from './timing/trials.js';

/** `npm run timing`: whether the time of an answer tells an account that is there from one that is not. */

/** How far from 0.5 passes; more where there are too few samples to say. */
const BAR = 0.05;

const BCRYPT_COST = 10;
/** One address asks for everything; what is refused for that is not what is measured. */
const SETTINGS = { RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '0', BCRYPT_COST: String(BCRYPT_COST) };

/**
 * @typedef {object} Outcome
 * @property {string} name
 * @property {string} known which accounts the known ones were
 * @property {{ known: number, unknown: number }} medians in milliseconds
 * @property {number} auc
 * @property {boolean} isOk
 * @property {import('./timing/sampling.js').Samples} samples
 */

/**
 * @param {import('./timing/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether no trial tells accounts apart
 */
async function time(options, place) {
  const trials = TRIALS.filter(({ name }) => name.includes(options.only));
  if (trials.length === 0) throw new UsageError(`No trial has a name with "${options.only}" in it`);
  const startedAt = new Date();
  const cores = await splitCores();
  say('Making the accounts');
  const { url, pairs } = await createAccounts(place, WARM_UP + options.samples, BCRYPT_COST);
  const server = await startServer('product', place, url, cores, SETTINGS);
  const connection = new Connection(server.url);
  place.cleanup.defer(async () => connection.close());

  const tolerance = Math.max(BAR, chance(options.samples));
  const outcomes = [];
  for (const trial of trials) {
    say(`${trial.name}, ${trial.known} accounts and unknown ones`);
    outcomes.push(outcomeOf(trial, await sample(connection, trial, pairs[trial.known]), tolerance));
  }
  const file = await writeResults('timing-', startedAt, { node: process.version, cores, options, tolerance, outcomes });
  say(`\nAll times are in ${file}`);
  report(outcomes, options, tolerance);
  return outcomes.every(({ isOk }) => isOk);
}

/**
 * @param {import('./timing/trials.js').Trial} trial
 * @param {import('./timing/sampling.js').Samples} samples
 * @param {number} tolerance
 * @returns {Outcome}
 */
function outcomeOf({ name, known }, samples, tolerance) {
  const medians = { known: median(samples.known), unknown: median(samples.unknown) };
  const auc = separation(samples.known, samples.unknown);
  return { name, known, medians, auc, isOk: Math.abs(auc - 0.5) <= tolerance, samples };
}

/**
 * @param {Outcome[]} outcomes
 * @param {import('./timing/options.js').Options} options
 * @param {number} tolerance
 */
function report(outcomes, { samples }, tolerance) {
  const head = ['route', 'known accounts', 'samples', 'known ms', 'unknown ms', 'AUC', 'ok'];
  const rows = outcomes.map(({ name, known, medians, auc, isOk }) => [
    name,
    known,
    `2 × ${samples}`,
    medians.known.toFixed(2),
    medians.unknown.toFixed(2),
    auc.toFixed(3),
    isOk ? 'yes' : 'NO',
  ]);
  console.log(`
Status, body and names of the headers were the same for every known and unknown account.
AUC: how often a known account is slower than an unknown one; ${(0.5 - tolerance).toFixed(2)} to ${(0.5 + tolerance).toFixed(2)} is ok.

${align([head, ...rows])}
`);
}

await runProgram({ command: 'npm run timing', help: HELP, readOptions, act: time });
