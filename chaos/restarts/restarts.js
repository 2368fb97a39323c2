import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from './balancer.js';

/** Milliseconds under load before each stop, and between two requests of a client. */
const BETWEEN = 300;
const PAUSE = 30;

/**
 * @typedef {object} Process
 * @property {string} url
 * @property {() => Promise<number | string>} stop by SIGTERM; resolves with the exit code, or the signal that ended it
 */

/**
 * @typedef {object} Outcome
 * @property {Record<number, number>} answers to their last byte, by status
 * @property {number} retried of them, those that a client had to send again
 * @property {string[]} broken what became of the others
 * @property {(number | string)[]} exits
 * @property {number} slowestStop in milliseconds
 */

/**
 * Replaces two processes one after the other, under the load of so many clients as an operator does who rolls out a
 * version: a new one is started, and once it is ready the oldest is told to stop.
 * @param {object} how
 * @param {Process[]} how.running the first two
 * @param {() => Promise<Process>} how.start
 * @param {number} how.restarts
 * @param {number} how.clients each with a connection to each process
 * @param {(client: number, turn: number) => import('./balancer.js').Request} how.next what a client asks for
 * @returns {Promise<Outcome>}
 */
export async function rollingRestarts({ running, start, restarts, clients, next }) {
  const balancer = new Balancer();
  const outcome = { answers: {}, retried: 0, broken: [], exits: [], slowestStop: 0 };
  const state = { isOver: false };
  const client = async (number) => {
    for (let turn = 0; !state.isOver; turn += 1) {
      const wanted = next(number, turn);
      const status = await balancer.ask(wanted).catch((error) => error.code ?? error.message);
      if (typeof status === 'number' && status < 500) outcome.answers[status] = (outcome.answers[status] ?? 0) + 1;
      else outcome.broken.push(`${wanted.method} ${wanted.path}: ${status}`);
      await sleep(PAUSE);
    }
  };

  await Promise.all(running.map(({ url }) => balancer.add(url)));
  const load = Array.from({ length: clients }, (_, number) => client(number));
  const stops = [];
  try {
    for (let restart = 0; restart < restarts; restart += 1) {
      const fresh = await start();
      await balancer.add(fresh.url);
      running.push(fresh);
      await sleep(BETWEEN);
      stops.push(stop(running.shift(), balancer, outcome));
    }
    await Promise.all(stops);
  } finally {
    state.isOver = true;
    await Promise.all(load);
    balancer.close();
  }
  return { ...outcome, retried: balancer.retried };
}

/**
 * @param {Process} process
 * @param {Balancer} balancer
 * @param {Outcome} outcome
 */
async function stop(process, balancer, outcome) {
  const begun = Date.now();
  const [exit] = await Promise.all([process.stop(), balancer.left(process.url)]);
  balancer.remove(process.url);
  outcome.exits.push(exit);
  outcome.slowestStop = Math.max(outcome.slowestStop, Date.now() - begun);
}
