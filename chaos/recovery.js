import { setTimeout as sleep } from 'node:timers/promises';
import { Stopped } from './load/client.js';

/**
 * @typedef {object} Probe
 * @property {string} after the kind of the kill
 * @property {number} healthyAt when everything that this kill befell was there again
 * @property {number} [wroteAt] when somebody could write
 * @property {string} [address] where a mail is expected since
 */

/** Measures, after each kill, how long it takes until somebody can write, and gets a mail. */
export class Recovery {
  /** @type {Probe[]} */
  probes = [];
  #load;

  /** @param {import('./load/load.js').Load} load */
  constructor(load) {
    this.#load = load;
  }

  /** @param {string} kind */
  async probe(kind) {
    const probe = { after: kind, healthyAt: Date.now() };
    this.probes.push(probe);
    try {
      const account = await this.#load.probe(String(this.probes.length));
      probe.wroteAt = Date.now();
      probe.address = account?.email;
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  /**
   * @param {import('./mail-server/log.js').MailLog} log
   * @param {Set<string>} putOff addresses whose mail the server itself delayed, which says nothing of the product
   */
  slowest(log, putOff) {
    const writes = this.probes.flatMap(({ after, healthyAt, wroteAt }) =>
      wroteAt === undefined ? [] : { after, milliseconds: wroteAt - healthyAt },
    );
    const mails = this.probes.flatMap(({ after, healthyAt, address }) => {
      const at = address && log.firstTo(address)?.storedAt;
      return at && !putOff.has(address) ? { after, milliseconds: at - healthyAt } : [];
    });
    return { write: longest(writes), mail: longest(mails), medianMail: middle(mails) };
  }
}

/**
 * @typedef {{ after: string, milliseconds: number }} Delay
 * @param {Delay[]} delays
 * @returns {Delay | undefined}
 */
const longest = (delays) => delays.toSorted((one, other) => other.milliseconds - one.milliseconds)[0];

/** @param {Delay[]} delays */
const middle = (delays) =>
  delays.toSorted((one, other) => one.milliseconds - other.milliseconds)[Math.floor(delays.length / 2)];

/**
 * Does what the plan says, and looks after each step whether the product has come back.
 * @param {import('./kills.js').Step[]} plan
 * @param {import('./services/site.js').Site} site
 * @param {Recovery} recovery
 * @param {(line: string) => void} tell
 */
export async function carryOut(plan, site, recovery, tell) {
  const open = [];
  for (const [index, step] of plan.entries()) {
    const done = (async () => {
      await step.kill.act(site, step);
      await recovery.probe(step.kill.kind);
    })();
    tell(`${index + 1}/${plan.length} ${step.kill.kind}`);
    open.push(done);
    // Told at the end; unheard until then, a failure would end the process.
    done.catch(() => undefined);
    if (!step.isJoined) await done;
    await sleep(step.pause);
  }
  await Promise.all(open);
}
