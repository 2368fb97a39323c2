import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { median } from './comparison.js';
import { createDataset } from './dataset.js';
import { HELP, readOptions } from './mails/options.js';
import { hasRedis, startRedis } from './mails/redis.js';
import { Sink } from './mails/sink-process.js';
import { messageOf, startProcess, stopProcess } from './processes.js';
import { runProgram, say } from './program.js';
import { writeResults } from './results.js';
import { freePort, settingsFor } from './servers.js';
import { align } from './table.js';

/** `npm run bench:mails`: mails a second, from the event in the outbox to the mail server. */

const CONCURRENCY = 20;
const SCRIPTS = {
  bare: new URL('mails/bare.js', import.meta.url),
  worker: new URL('../dist/src/worker.js', import.meta.url),
};
/** As a ratio to the bare loop. */
const BARS = { 'one worker, Redis': 0.6, 'one worker, PostgreSQL': 0.3 };

/**
 * @param {import('./mails/options.js').Options} options
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether every bar was met
 */
async function measure({ mails, rounds }, place) {
  const startedAt = new Date();
  say(`Making ${mails.toLocaleString('en')} accounts`);
  const { url: databaseUrl } = await createDataset(place, { users: mails, posts: 1 });
  const sink = await Sink.start(place);
  const smtpUrl = sink.url;
  const redisUrl = hasRedis ? await startRedis(place, await freePort()) : undefined;

  const worker = (count, settings) => () =>
    sendByWorkers({ count, databaseUrl, smtpUrl, settings, sink, mails, place });
  const senders = {
    'bare nodemailer': () => sendBare({ smtpUrl, sink, mails, place }),
    ...(redisUrl && {
      'one worker, Redis': worker(1, { REDIS_URL: redisUrl }),
      'two workers, Redis': worker(2, { REDIS_URL: redisUrl }),
    }),
    'one worker, PostgreSQL': worker(1, {}),
  };
  const rates = Object.fromEntries(Object.keys(senders).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1)
    for (const [name, send] of Object.entries(senders)) {
      const rate = await send();
      say(`Round ${round}, ${name}: ${rate.toFixed(0)} mails a second`);
      rates[name].push(rate);
    }

  const bare = median(rates['bare nodemailer']);
  const rows = Object.entries(rates).map(([name, values]) => {
    const ratio = median(values) / bare;
    const bar = BARS[name];
    const isOk = bar === undefined || ratio >= bar;
    return {
      isOk,
      cells: [name, median(values).toFixed(0), ratio.toFixed(2), bar?.toFixed(2) ?? '–', isOk ? 'yes' : 'NO'],
    };
  });
  console.log(`\n${align([['sender', 'mails/s', 'ratio', 'bar', 'ok'], ...rows.map(({ cells }) => cells)])}\n`);
  const file = await writeResults('mails-', startedAt, { node: process.version, mails, rates });
  say(`All figures are in ${file}`);
  return rows.every(({ isOk }) => isOk);
}

/** @returns {Promise<number>} mails a second, as the sink saw them */
async function sendBare({ smtpUrl, sink, mails, place }) {
  await sink.reset();
  const environment = { SMTP_URL: smtpUrl, MAILS: String(mails), CONCURRENCY: String(CONCURRENCY) };
  await messageOf(startProcess(SCRIPTS.bare, { ...place, environment }), 'bare sender', 600_000);
  return rateOf(await sink.count());
}

/** Everything is owed by events in the outbox before the workers take the first. @returns {Promise<number>} */
async function sendByWorkers({ count, databaseUrl, smtpUrl, settings, sink, mails, place }) {
  await recordEvents(databaseUrl, mails);
  await sink.reset();
  const workers = [];
  for (let index = 0; index < count; index += 1) {
    const port = String(await freePort());
    const environment = { ...settingsFor(0, databaseUrl), WORKER_PORT: port, SMTP_URL: smtpUrl, ...settings };
    workers.push(startProcess(SCRIPTS.worker, { ...place, environment }));
  }
  let seen;
  for (const end = Date.now() + 600_000; Date.now() < end; await sleep(100)) {
    seen = await sink.count();
    if (seen.received >= mails) break;
  }
  for (const worker of workers) await stopProcess(worker);
  if (seen.received < mails) throw new Error(`Only ${seen.received} of ${mails} mails arrived`);
  return rateOf(seen);
}

const rateOf = ({ received, seconds }) => received / seconds;

/** One sign-up for each generated account. */
async function recordEvents(databaseUrl, mails) {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('TRUNCATE emails, email_fan_outs; TRUNCATE outbox_events');
  await client.query(
    `INSERT INTO outbox_events (id, type, payload)
     SELECT gen_random_uuid(), 'UserRegistered', jsonb_build_object('userId', id) FROM users LIMIT $1`,
    [mails],
  );
  await client.end();
}

await runProgram({ command: 'npm run bench:mails', help: HELP, readOptions, act: measure });
