import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Author, call } from './bulk/authors.js';
import { peakMemory, residentMemory } from './bulk/memory.js';
import { HELP, readOptions } from './bulk/options.js';
import { median } from './comparison.js';
import { createDataset } from './dataset.js';
import { Sink } from './mails/sink-process.js';
import { messageOf, startProcess } from './processes.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { freePort, settingsFor, startServer } from './servers.js';
import { align } from './table.js';

/** `npm run bench:bulk`: a post to a hundred thousand followers. */

const WORKER = new URL('../dist/src/worker.js', import.meta.url);
/** Milliseconds between two sign-ups while the bulk goes out. */
const PROBE_INTERVAL = 2_000;
/** As ratios, in megabytes, and in milliseconds. */
const BARS = { publishing: 1.5, peak: 250, memory: 200, growth: 1.1, probe: 5_000 };

/**
 * @param {import('./bulk/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every bar was met
 */
async function measure({ followers, rounds }, place) {
  const startedAt = new Date();
  say(`Making ${followers.toLocaleString('en')} accounts`);
  const { url: databaseUrl } = await createDataset(place, { users: followers, posts: 1 });
  const sink = await Sink.start(place);
  const settings = { SMTP_URL: sink.url, RATE_LIMIT: '0', LOGIN_RATE_LIMIT: '0' };
  const api = `${(await startServer('product', place, databaseUrl, undefined, settings)).url}/api/v1`;
  const [followed, lonely] = [await Author.signUp(api, 'followed'), await Author.signUp(api, 'lonely')];
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  await follow(database, followed.id);

  say('Publishing');
  const times = await timePublishing([followed, lonely], rounds);
  await keepOneEvent(database, followed.id);
  await database.end();

  say('Mailing');
  const environment = { ...settingsFor(0, databaseUrl), ...settings, WORKER_PORT: String(await freePort()) };
  const worker = startProcess(WORKER, { ...place, environment });
  await messageOf(worker, 'worker');
  const { seconds, probes, halfway = Number.NaN } = await mailAll({ api, sink, followers, pid: worker.pid });
  const memory = (await residentMemory(worker.pid)) ?? Number.NaN;
  const peak = (await peakMemory(worker.pid)) ?? Number.NaN;

  const rows = [
    row('publishing, over that without followers', median(times[0]) / median(times[1]), BARS.publishing, ''),
    row('memory of the worker at the end', memory, BARS.memory, ' MB'),
    row('the same, over that halfway', memory / halfway, BARS.growth, ''),
    row('peak memory of the worker', peak, BARS.peak, ' MB'),
    row('slowest mail of a sign-up meanwhile', Math.max(...probes), BARS.probe, ' ms'),
  ];
  console.log(`\n${align([['a post to many', 'figure', 'bar', 'ok'], ...rows.map(({ cells }) => cells)])}\n`);
  console.log(`${followers} mails in ${seconds.toFixed(0)} s: ${(followers / seconds).toFixed(0)} a second.`);
  console.log(
    `Publishing: ${median(times[0]).toFixed(1)} ms with followers, ${median(times[1]).toFixed(1)} ms without.`,
  );
  console.log(`Mails of ${probes.length} sign-ups meanwhile: median ${median(probes).toFixed(0)} ms.\n`);
  const file = await writeResults('bulk-', startedAt, {
    node: process.version,
    followers,
    times,
    seconds,
    probes,
    memory,
    halfway,
    peak,
  });
  say(`All figures are in ${file}`);
  return rows.every(({ isOk }) => isOk);
}

/** @param {Client} database @param {string} authorId */
async function follow(database, authorId) {
  await database.query('UPDATE users SET email_verified_at = now()');
  await database.query(
    `INSERT INTO subscriptions (id, author_id, subscriber_id)
     SELECT gen_random_uuid(), $1, id FROM users WHERE email LIKE 'seed-user-%'`,
    [authorId],
  );
  await database.query('VACUUM (ANALYZE)');
}

/** In turns, while no worker runs. @returns {Promise<number[][]>} milliseconds, of each author */
async function timePublishing(authors, rounds) {
  const times = authors.map(() => []);
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, author] of authors.entries()) {
      const time = await author.publish(await author.draft());
      if (round > 0) times[index].push(time);
    }
  return times;
}

/** Of all that was published, one post is mailed. */
async function keepOneEvent(database, authorId) {
  await database.query(
    `DELETE FROM outbox_events WHERE type = 'PostPublished' AND payload->>'postId' <> (
       SELECT id::text FROM posts WHERE author_id = $1 ORDER BY published_at DESC LIMIT 1
     )`,
    [authorId],
  );
}

/**
 * @returns {Promise<{ seconds: number, probes: number[], halfway?: number }>} milliseconds from each sign-up to its mail,
 * and the memory of the worker at half of the mails
 */
async function mailAll({ api, sink, followers, pid }) {
  const started = performance.now();
  const probes = [];
  let halfway;
  for (;;) {
    const email = `probe-${probes.length}@example.com`;
    const arrival = sink.arrival(email);
    const signedUp = performance.now();
    await call(`${api}/users`, { body: { email, password: 'bench with a long password' } });
    await arrival;
    probes.push(performance.now() - signedUp);
    const { to } = await sink.count();
    if (to >= followers / 2) halfway ??= await residentMemory(pid);
    if (to >= followers) break;
    if (probes.length % 15 === 0) say(`${to.toLocaleString('en')} mails have arrived`);
    await sleep(PROBE_INTERVAL);
  }
  return { seconds: (performance.now() - started) / 1_000, probes, halfway };
}

const row = (name, figure, bar, unit) => {
  const isOk = figure <= bar;
  const shown = figure.toFixed(unit === '' ? 2 : 0);
  return { isOk, cells: [name, `${shown}${unit}`, `${bar}${unit}`, isOk ? 'yes' : 'NO'] };
};

await runProgram({ command: 'npm run bench:bulk', help: HELP, readOptions, act: measure });
