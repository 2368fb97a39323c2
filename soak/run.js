import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasRedis } from '../bench/mails/redis.js';
import { UsageError } from '../bench/options.js';
import { progress, runProgram, say } from '../bench/program.js';
import { killsFor } from '../chaos/kills.js';
import { Actions } from '../chaos/load/actions.js';
import { Client } from '../chaos/load/client.js';
import { newLedger } from '../chaos/load/ledger.js';
import { Load } from '../chaos/load/load.js';
import { MailServer } from '../chaos/mail-server/mail-server.js';
import { Manners } from '../chaos/mail-server/manners.js';
import { untilQuiet } from '../chaos/quiet.js';
import { Random } from '../chaos/random.js';
import { Recovery, carryOut } from '../chaos/recovery.js';
import { Site } from '../chaos/services/site.js';
import { judge } from '../chaos/verdict/verdict.js';
import { HELP, readOptions } from './options.js';
import { renderCourses, renderFigures, renderWrongs } from './report.js';
import { coursesOf, unexplained, unhandledIn } from './verdict.js';
import { Visitors } from './visitors.js';
import { watch } from './watch.js';

/** `npm run soak`: what runs for long under load and kills grows in nothing. */

/** Milliseconds. */
const QUIET_LIMIT = 300_000;
const OUTAGE = { full: [500, 4_000], short: [300, 1_500] };
const PAUSE = { full: [5_000, 25_000], short: [2_000, 5_000] };
/** Bad endings that one message can meet: the delays after them are 15, 30 and 60 seconds. */
const BAD_ENDINGS = 2;
/** The first process of each kind is spared, so that there is something to look at. */
const VICTIM = 1;

/**
 * @param {import('./options.js').Options} options
 * @param {{ cleanup: import('../bench/cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether everything stayed as it should
 */
async function soak({ seconds, seed, queue, short, logs }, place) {
  if (queue === 'redis' && !hasRedis) throw new UsageError('There is no redis-server; use --queue postgres');
  say(`Queue: ${queue}, seed: ${seed}, ${seconds} s`);
  const own = { ...place, logs: resolve(logs ?? join(place.directory, 'logs')) };
  await mkdir(own.logs, { recursive: true });
  const mailServer = new MailServer(new Manners(seed, BAD_ENDINGS));
  place.cleanup.defer(() => mailServer.close());
  const site = new Site(own, mailServer);
  await site.start(queue);
  const client = new Client(site, new Random(seed + 2));
  const ledger = newLedger();
  const load = new Load(client, ledger, new Random(seed + 3));
  const actions = new Actions(client, ledger, new Random(seed + 4));
  const visitors = new Visitors(site, client, actions, new Random(seed + 5));
  const recovery = new Recovery(load);
  await load.prepare(mailServer.log);

  say('Everything is up');
  // The delays of a bad mail server would be longer than a short run.
  if (!short) mailServer.misbehave();
  const startedAt = Date.now();
  const end = startedAt + seconds * 1_000;
  const watching = watch(site, [site.apis[0], site.workers[0]], { short, isOver: () => client.isStopped });
  const running = Promise.all([load.run(), visitors.run()]);
  // Told at the end; unheard until then, a failure would end the program without its clean-up.
  for (const promise of [watching, running]) promise.catch(() => undefined);
  await killUntil(end, { site, recovery, random: new Random(seed), queue, short });
  client.isStopped = true;
  await running;
  const samples = await watching;
  const secondsOfLoad = (Date.now() - startedAt) / 1_000;
  mailServer.behave();
  await untilQuiet(site.postgres, QUIET_LIMIT, say);

  const verdict = await judge({ site, client, ledger, recovery, log: mailServer.log });
  await site.stop();
  const courses = coursesOf(samples, { short });
  const failures = [...client.failures, ...visitors.failures];
  const outcome = {
    verdict,
    seconds: secondsOfLoad,
    answered: client.answered + visitors.answered,
    failures: failures.length,
    unexplained: unexplained(failures, site.interruptions.all),
    unhandled: await unhandledIn(own.logs),
    isOk: false,
  };
  outcome.isOk =
    verdict.isOk &&
    outcome.unexplained.length === 0 &&
    outcome.unhandled.length === 0 &&
    courses.every(({ course }) => course.isFlat);
  console.log(`\nSeed ${seed}${short ? ', short form' : ''}, queue on ${queue}\n`);
  console.log(`${renderCourses(courses)}\n\n${renderFigures(outcome)}\n`);
  for (const line of renderWrongs(outcome)) console.log(line);
  return outcome.isOk;
}

/**
 * One kill after the other, with time between them in which everything works.
 * @param {number} end
 * @param {object} run
 * @param {Site} run.site
 * @param {Recovery} run.recovery
 * @param {Random} run.random
 * @param {import('../chaos/options.js').QueueKind} run.queue
 * @param {boolean} run.short
 */
async function killUntil(end, { site, recovery, random, queue, short }) {
  const form = short ? 'short' : 'full';
  const kills = killsFor({ queue, short });
  const begin = Date.now();
  progress.begin('seconds', Math.round((end - begin) / 1_000));
  while (Date.now() < end) {
    progress.reach(Math.round((Date.now() - begin) / 1_000));
    const kill = random.pickWeighted(kills);
    const step = { kill, target: VICTIM, outage: random.between(...OUTAGE[form]), pause: 0, isJoined: false };
    say(`${Math.round((end - Date.now()) / 1_000)} s left, ${kill.kind}`);
    await carryOut([step], site, recovery, () => undefined);
    await sleep(Math.min(random.between(...PAUSE[form]), Math.max(end - Date.now(), 0)));
  }
  progress.reach(Number.POSITIVE_INFINITY);
  progress.end();
}

await runProgram({ command: 'npm run soak', help: HELP, readOptions, act: soak });
