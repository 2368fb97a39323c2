import { DifferentAnswersError } from '../same-answers.js';

/** Pairs at the beginning of a trial that do not count: code is compiled, and pages are read. */
export const WARM_UP = 50;

/** Of every request its own. */
const OWN_MEMBERS = new Set(['requestId', 'instance']);

/**
 * Milliseconds of every answer.
 * @typedef {{ known: number[], unknown: number[] }} Samples
 */

/**
 * Asks for a known and an unknown account in turn, which of them first by chance: whatever else happens on the machine
 * hits both alike, and so does what one request leaves behind for the next.
 * @param {import('./connection.js').Connection} connection
 * @param {import('./trials.js').Trial} trial
 * @param {import('./accounts.js').Pair[]} pairs
 * @returns {Promise<Samples>}
 * @throws {DifferentAnswersError} when anything but the time tells the two apart
 */
export async function sample(connection, { name, request }, pairs) {
  /** @type {Samples} */
  const samples = { known: [], unknown: [] };
  let expected;
  for (const [index, pair] of pairs.entries())
    for (const arm of Math.random() < 0.5 ? ['known', 'unknown'] : ['unknown', 'known']) {
      const answer = await connection.post(request(pair[arm]));
      const visible = visibleOf(answer);
      expected ??= visible;
      if (visible !== expected)
        throw new DifferentAnswersError(`${name} tells accounts apart: ${visible} instead of ${expected}`);
      if (index < WARM_UP) continue;
      if (!answer.reused) throw new Error(`${name}: the connection was not kept open`);
      samples[arm].push(answer.milliseconds);
    }
  return samples;
}

/** @param {import('./connection.js').Timed} answer */
function visibleOf({ status, headers, body }) {
  const isJson = body.startsWith('{');
  const seen = isJson
    ? JSON.stringify(JSON.parse(body), (key, value) => (OWN_MEMBERS.has(key) ? undefined : value))
    : body;
  return `${status} ${seen} with ${headers.join(', ')}`;
}
