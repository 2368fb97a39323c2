import { setTimeout as sleep } from 'node:timers/promises';
import { GAVE_UP } from './services/interruptions.js';

/**
 * A step of the plan: what is done, to which of several processes, and for how long.
 * @typedef {object} Step
 * @property {Kill} kill
 * @property {number} target which of the processes
 * @property {number} outage milliseconds
 * @property {number} pause milliseconds before the next step
 * @property {boolean} isJoined the next step does not wait for the end of this one
 */

/**
 * @typedef {object} Kill
 * @property {string} kind
 * @property {number} weight
 * @property {boolean} [isLong] the next step never waits for it
 * @property {(site: import('./services/site.js').Site, step: Step) => Promise<void>} act resolves when the service is
 *   healthy again
 */

/** @param {(site: import('./services/site.js').Site) => import('./services/slot.js').Slot[]} slotsOf */
const processKills = (name, weight, slotsOf) => [
  {
    kind: `${name} SIGKILL`,
    weight: weight * 2,
    act: (site, { target, outage }) =>
      inSlot(site, `${name} SIGKILL`, slotsOf(site)[target], async (slot) => {
        slot.signal('SIGKILL');
        await sleep(outage / 4);
        await slot.start();
      }),
  },
  {
    kind: `${name} SIGSTOP`,
    weight,
    act: (site, { target, outage }) =>
      inSlot(site, `${name} SIGSTOP`, slotsOf(site)[target], async (slot) => {
        slot.signal('SIGSTOP');
        await sleep(outage);
        slot.signal('SIGCONT');
      }),
  },
  {
    kind: `${name} SIGTERM`,
    weight,
    act: (site, { target }) =>
      inSlot(site, `${name} SIGTERM`, slotsOf(site)[target], async (slot) => {
        void noteLateEnd(site, `${name} ${GAVE_UP}`, slot);
        slot.signal('SIGTERM');
        await slot.start();
      }),
  },
];

/** @type {Kill[]} */
const API_KILLS = processKills('api', 3, ({ apis }) => apis);

/** @type {Kill[]} */
const WORKER_KILLS = processKills('worker', 4, ({ workers }) => workers);

/** Longer than a worker keeps its mails without a sign of life: others send them meanwhile, and then it wakes up. */
const LONG_PAUSE = 35_000;

/** Goes on while other things happen. @type {Kill} */
const LONG_WORKER_STOP = {
  kind: 'worker SIGSTOP 35 s',
  weight: 0.5,
  isLong: true,
  act: (site, { target }) =>
    inSlot(site, 'worker SIGSTOP 35 s', site.workers[target], async (slot) => {
      slot.signal('SIGSTOP');
      await sleep(LONG_PAUSE);
      slot.signal('SIGCONT');
    }),
};

/** @type {Kill[]} */
const POSTGRES_KILLS = [
  {
    kind: 'postgres SIGKILL',
    weight: 3,
    act: (site, { outage }) =>
      inService(site, 'postgres SIGKILL', site.postgres, async (postgres) => {
        await postgres.kill();
        await sleep(outage / 4);
        await postgres.start();
      }),
  },
  {
    kind: 'postgres SIGSTOP',
    weight: 3,
    act: (site, { outage }) =>
      inService(site, 'postgres SIGSTOP', site.postgres, async (postgres) => {
        await postgres.pause();
        await sleep(outage);
        await postgres.resume();
      }),
  },
  {
    kind: 'postgres restart',
    weight: 2,
    act: (site) =>
      inService(site, 'postgres restart', site.postgres, async (postgres) => {
        await postgres.stop();
        await postgres.start();
      }),
  },
  {
    kind: 'postgres session SIGKILL',
    weight: 2,
    act: (site) =>
      inService(site, 'postgres session SIGKILL', site.postgres, async (postgres) => postgres.killSession()),
  },
];

/** @type {Kill[]} */
const REDIS_KILLS = [
  {
    kind: 'redis SIGKILL',
    weight: 4,
    act: (site, { outage }) =>
      inService(site, 'redis SIGKILL', site.redis, async (redis) => {
        await redis.kill('SIGKILL');
        await sleep(outage / 2);
        await redis.start();
      }),
  },
  {
    kind: 'redis SIGSTOP',
    weight: 3,
    act: (site, { outage }) =>
      inService(site, 'redis SIGSTOP', site.redis, async (redis) => {
        redis.pause();
        await sleep(outage);
        redis.resume();
      }),
  },
  {
    kind: 'redis restart',
    weight: 2,
    act: (site) =>
      inService(site, 'redis restart', site.redis, async (redis) => {
        await redis.kill('SIGTERM');
        await redis.start();
      }),
  },
  {
    kind: 'redis FLUSHALL',
    weight: 3,
    act: (site) => inService(site, 'redis FLUSHALL', site.redis, async (redis) => redis.forget()),
  },
];

/**
 * What can be done to a site.
 * @param {{ queue: import('./options.js').QueueKind, short: boolean }} run
 */
export const killsFor = ({ queue, short }) => [
  ...API_KILLS,
  ...WORKER_KILLS,
  ...POSTGRES_KILLS,
  ...(queue === 'redis' ? REDIS_KILLS : []),
  ...(short ? [] : [LONG_WORKER_STOP]),
];

/** Whoever is not done in time leaves its work to the next process: that is an interruption of its own. */
async function noteLateEnd(site, kind, slot) {
  const { name: service, process } = slot;
  if ((await slot.ended()) === 0) return;
  const interruption = site.interruptions.begin({ kind, service, process });
  interruption.to = interruption.from;
}

/** What befalls the same service waits for its turn. @type {WeakMap<object, Promise<void>>} */
const turns = new WeakMap();

/** One process of a kind. */
async function inSlot(site, kind, slot, act) {
  return inTurn(slot, async () => {
    // What has not come up yet cannot be killed; it is waited for.
    while (slot.url === undefined) await sleep(50);
    const interruption = site.interruptions.begin({ kind, service: slot.name, process: slot.process });
    await act(slot);
    interruption.to = Date.now();
  });
}

/** The one service of its kind. */
async function inService(site, kind, service, act) {
  return inTurn(service, async () => {
    const interruption = site.interruptions.begin({ kind, service: service.name });
    await act(service);
    interruption.to = Date.now();
  });
}

/** @param {object} key */
async function inTurn(key, act) {
  const turn = (turns.get(key) ?? Promise.resolve()).then(act);
  turns.set(
    key,
    turn.catch(() => undefined),
  );
  return turn;
}
