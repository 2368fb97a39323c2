import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hasRedis } from '../bench/mails/redis.js';
import { UsageError } from '../bench/options.js';
import { progress, runProgram, say } from '../bench/program.js';
import { Client } from './load/client.js';
import { newLedger } from './load/ledger.js';
import { Load } from './load/load.js';
import { MailServer } from './mail-server/mail-server.js';
import { Manners } from './mail-server/manners.js';
import { HELP, readOptions } from './options.js';
import { makePlan } from './plan.js';
import { untilQuiet } from './quiet.js';
import { Random } from './random.js';
import { Recovery, carryOut } from './recovery.js';
import { rollOut } from './restarts/roll-out.js';
import { renderDefects, renderTable } from './report.js';
import { Site } from './services/site.js';
import { judge } from './verdict/verdict.js';

/** `npm run chaos`: no mail lost, none sent twice without a reason, whatever dies. */

/** @typedef {import('./options.js').Options} Options */
/** @typedef {{ cleanup: import('../bench/cleanup.js').Cleanup, directory: string }} Place */

/** Milliseconds in which everything that is owed has to be done once everything is healthy. */
const QUIET_LIMIT = { full: 600_000, short: 120_000 };
/** Bad endings that one message can meet: the delays after them are 15, 30 and 60 seconds. */
const BAD_ENDINGS = { full: 3, short: 1 };

/**
 * @param {Options} options
 * @param {Place} place
 */
async function chaos(options, place) {
  if (options.restarts !== undefined) return rollOut(options.restarts, place);
  const { queues, seed, kills, short } = options;
  if (queues.includes('redis') && !hasRedis) throw new UsageError('There is no redis-server; use --queue postgres');
  const outcomes = [];
  for (const queue of queues) {
    say(`Queue: ${queue}, seed: ${seed}, kills: ${kills}`);
    outcomes.push(await runOn(queue, options, place));
  }
  console.log(`\nSeed ${seed}${short ? ', short form' : ''}\n\n${renderTable(outcomes)}\n`);
  for (const line of renderDefects(outcomes)) console.log(line);
  return outcomes.every(({ verdict }) => verdict.isOk);
}

/**
 * @param {import('./options.js').QueueKind} queue
 * @param {Options} options
 * @param {Place} place
 * @returns {Promise<import('./report.js').Outcome>}
 */
async function runOn(queue, { seed, kills, short, logs }, place) {
  const startedAt = Date.now();
  const tell = (line) => say(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const form = short ? 'short' : 'full';
  const directory = join(place.directory, queue);
  const own = { cleanup: place.cleanup, directory, logs: resolve(logs ?? join(directory, 'logs'), queue) };
  await mkdir(own.logs, { recursive: true });

  const mailServer = new MailServer(new Manners(seed, BAD_ENDINGS[form]));
  place.cleanup.defer(() => mailServer.close());
  const site = new Site(own, mailServer);
  await site.start(queue);
  const client = new Client(site, new Random(seed + 2));
  const ledger = newLedger();
  const load = new Load(client, ledger, new Random(seed + 3));
  const recovery = new Recovery(load);
  await load.prepare(mailServer.log);

  tell('Everything is up');
  mailServer.misbehave();
  const running = load.run();
  const plan = makePlan(new Random(seed), { queue, kills, short });
  progress.begin('kills', plan.length);
  await carryOut(plan, site, recovery, (line) => {
    tell(line);
    progress.advance(1);
  });
  progress.end();
  client.isStopped = true;
  await running;
  mailServer.behave();
  tell('Everything is healthy');
  await untilQuiet(site.postgres, QUIET_LIMIT[form], tell);
  const verdict = await judge({ site, client, ledger, recovery, log: mailServer.log });
  await site.stop();
  return { queue, seconds: (Date.now() - startedAt) / 1_000, verdict };
}

await runProgram({ command: 'npm run chaos', help: HELP, readOptions, act: chaos });
