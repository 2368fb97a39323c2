/**
 * A time in which something did not do its work.
 * @typedef {object} Interruption
 * @property {string} kind such as `worker SIGKILL`
 * @property {string} service such as `worker 1`, or `postgres`
 * @property {string} [process] the one process that it befell; all of the service where it is left out
 * @property {number} from
 * @property {number} [to] when the service was healthy again
 */

/** How the kind of an end ends that was not reached in time. */
export const GAVE_UP = 'SHUTDOWN_TIMEOUT';

/** Everything that was done to the processes and services. */
export class Interruptions {
  /** @type {Interruption[]} */
  all = [];

  /**
   * @param {Omit<Interruption, 'from'>} what
   * @returns {Interruption}
   */
  begin(what) {
    const interruption = { ...what, from: Date.now() };
    this.all.push(interruption);
    return interruption;
  }

  /** How many of each kind that was done on purpose: who gave up at its SHUTDOWN_TIMEOUT was told to end before. */
  counts() {
    const counts = {};
    for (const { kind } of this.all) if (!kind.endsWith(GAVE_UP)) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }
}
