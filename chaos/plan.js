import { killsFor } from './kills.js';

/** Milliseconds. */
const OUTAGE = { full: [500, 4_000], short: [300, 1_500] };
const PAUSE = { full: [100, 1_500], short: [100, 500] };
/** Share of the steps that come together with the one after them. */
const JOINED = { full: 0.33, short: 0.5 };

/**
 * What is done, and when: the same for the same seed.
 * @param {import('./random.js').Random} random
 * @param {{ queue: import('./options.js').QueueKind, kills: number, short: boolean }} options
 * @returns {import('./kills.js').Step[]}
 */
export function makePlan(random, { queue, kills, short }) {
  const form = short ? 'short' : 'full';
  const kinds = killsFor({ queue, short });
  // The first ones are all different, so that a short run has something of everything.
  const first = random.shuffle(kinds);
  return Array.from({ length: kills }, (_, index) => {
    const kill = first[index] ?? random.pickWeighted(kinds);
    return {
      kill,
      target: random.between(0, 1),
      outage: random.between(...OUTAGE[form]),
      pause: random.between(...PAUSE[form]),
      isJoined: random.next() < JOINED[form] || kill.isLong === true,
    };
  });
}
