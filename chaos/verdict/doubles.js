/**
 * Which mails came twice, and what excuses each of them.
 *
 * The promise is: at least once, and twice only where something broke between the final dot and the recorded 250. A mail
 * that has n copies was doubled n - 1 times, and every copy but the last has to be excused. It is by one of these alone:
 *
 * 1. The mail server stored it and did not answer: it dropped the connection, or fell silent.
 * 2. The very process that sent it was killed, or gave up at its SHUTDOWN_TIMEOUT, from a second before the copy was
 *    stored (what is on its way then still arrives) until five seconds after it was answered. A process needs
 *    milliseconds to record an answer; one that had five seconds has no excuse. Time in which that process or PostgreSQL
 *    was stopped is not counted: nobody records anything then.
 * 3. PostgreSQL was killed, restarted or had its sessions ended in the same time, until it was healthy again.
 *    A PostgreSQL that only stood still records late, but records.
 * 4. A process stood still for longer than the lease lets it between claim and recording, and that process sent this copy
 *    or the next one.
 *
 * Nothing that befell Redis, an API process or another worker excuses anything, nor does an interruption that had ended
 * before or began later. Where the row says that the copy was recorded as sent before the next one came, only 4 counts.
 */

/** Milliseconds. */
const ON_ITS_WAY = 1_000;
const RECORDING = 5_000;

const KILLED = /^worker (?:SIGKILL|SHUTDOWN_TIMEOUT)$/;
const STOPPED = /^worker SIGSTOP/;
const DATABASE_STOPPED = /^postgres SIGSTOP$/;
const DATABASE_LOST = /^postgres (?:SIGKILL|restart|session SIGKILL)$/;

/** @typedef {import('../mail-server/log.js').Copy} Copy */
/** @typedef {import('../services/interruptions.js').Interruption} Interruption */

/**
 * @typedef {object} Double
 * @property {string} id of the mail
 * @property {Copy} copy the one that was not the last
 * @property {Copy} next
 * @property {string} [excuse] none where it is left out
 */

/**
 * @param {Copy[]} copies in the order in which they were stored
 * @param {Interruption[]} interruptions
 * @param {{ sentAt: Map<string, number>, lease: number }} facts when rows say that their mail was sent, and for how long
 *   a process may stand still, in milliseconds
 * @returns {Double[]}
 */
export function findDoubles(copies, interruptions, { sentAt, lease }) {
  return [...groupById(copies)].flatMap(([id, ofMail]) =>
    ofMail.slice(0, -1).map((copy, index) => {
      const next = ofMail[index + 1];
      const wasRecorded = (sentAt.get(id) ?? Number.POSITIVE_INFINITY) < next.storedAt;
      const excuse =
        stoodStill(copy, next, interruptions, lease) ?? (wasRecorded ? undefined : broke(copy, interruptions));
      return { id, copy, next, excuse };
    }),
  );
}

/**
 * @param {Copy} copy
 * @param {Interruption[]} interruptions
 */
function broke(copy, interruptions) {
  if (copy.brokenBy) return `mail server: ${copy.brokenBy}`;
  const from = copy.storedAt - ON_ITS_WAY;
  const to = recordedBy(copy, interruptions);
  return interruptions.find(
    (one) =>
      one.from <= to &&
      (one.to ?? Number.POSITIVE_INFINITY) >= from &&
      (DATABASE_LOST.test(one.kind) || (KILLED.test(one.kind) && one.process === copy.worker)),
  )?.kind;
}

/**
 * Until when the answer to a copy has to be recorded, if nothing breaks.
 * @param {Copy} copy
 * @param {Interruption[]} interruptions in the order in which they began
 */
function recordedBy(copy, interruptions) {
  const stops = interruptions.filter(
    ({ kind, process }) => DATABASE_STOPPED.test(kind) || (STOPPED.test(kind) && process === copy.worker),
  );
  let limit = (copy.answeredAt ?? copy.storedAt) + RECORDING;
  let counted = copy.storedAt;
  for (const { from, to = Number.POSITIVE_INFINITY } of stops) {
    const begin = Math.max(from, counted);
    if (begin > limit || to <= begin) continue;
    limit += to - begin;
    counted = to;
  }
  return limit;
}

/**
 * @param {Copy} copy
 * @param {Copy} next
 * @param {Interruption[]} interruptions
 * @param {number} lease
 */
function stoodStill(copy, next, interruptions, lease) {
  return interruptions.find(
    ({ kind, process, from, to = Number.POSITIVE_INFINITY }) =>
      STOPPED.test(kind) &&
      to - from > lease &&
      [copy.worker, next.worker].includes(process) &&
      from <= next.storedAt &&
      to >= copy.storedAt - ON_ITS_WAY,
  )?.kind;
}

/** @param {Copy[]} copies */
function groupById(copies) {
  /** @type {Map<string, Copy[]>} */
  const groups = new Map();
  for (const copy of copies) groups.set(copy.id, [...(groups.get(copy.id) ?? []), copy]);
  return groups;
}
