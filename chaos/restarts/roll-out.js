import { once } from 'node:events';
import { say } from '../../bench/program.js';
import { messageOf, startProcess } from '../../bench/processes.js';
import { freePort, settingsFor } from '../../bench/servers.js';
import { Postgres } from '../services/postgres.js';
import { readsAndWrites } from './requests.js';
import { rollingRestarts } from './restarts.js';

const API = new URL('../../dist/src/main.js', import.meta.url);
const CLIENTS = 100;
/** One for all, as behind any load balancer: tokens are made for it. */
const PUBLIC_URL = 'http://127.0.0.1';
/** Of the broken ones, so many are named. */
const NAMED = 20;

/**
 * Replaces API processes of production under load, and says what became of the requests.
 * @param {number} restarts
 * @param {{ cleanup: import('../../bench/cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<boolean>} whether not one request broke, and each process ended in order
 */
export async function rollOut(restarts, place) {
  const postgres = new Postgres(place.directory);
  await postgres.create(place.cleanup);
  let started = 0;
  const start = async () => {
    started += 1;
    say(`Starting process ${started} of ${restarts + 2}`);
    return startApi(`api ${started}`, postgres.url, place);
  };
  const first = await start();
  const next = await readsAndWrites(first.url);
  const { answers, broken, retried, exits, slowestStop } = await rollingRestarts({
    running: [first, await start()],
    start,
    restarts,
    clients: CLIENTS,
    next,
  });
  const isOk = broken.length === 0 && exits.every((exit) => exit === 0);
  console.table({
    restarts,
    clients: CLIENTS,
    ...Object.fromEntries(Object.entries(answers).map(([status, count]) => [`answered ${status}`, count])),
    'sent again': retried,
    broken: broken.length,
    'slowest stop': `${(slowestStop / 1_000).toFixed(1)} s`,
    ok: isOk ? 'yes' : 'no',
  });
  for (const line of broken.slice(0, NAMED)) console.log(line);
  return isOk;
}

/**
 * @param {string} name
 * @param {string} databaseUrl
 * @param {{ cleanup: import('../../bench/cleanup.js').Cleanup, directory: string }} place
 * @returns {Promise<import('./restarts.js').Process>}
 */
async function startApi(name, databaseUrl, { cleanup, directory }) {
  const settings = settingsFor(await freePort(), databaseUrl);
  const child = startProcess(API, { cleanup, directory, environment: { ...settings, RATE_LIMIT: '0', PUBLIC_URL } });
  const ended = once(child, 'exit');
  await messageOf(child, name);
  const stop = async () => {
    child.kill('SIGTERM');
    const [code, signal] = await ended;
    return signal ?? code;
  };
  return { url: settings.PUBLIC_URL, stop };
}
