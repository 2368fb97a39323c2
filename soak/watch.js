import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf } from './process-figures.js';

/** Milliseconds between two looks. */
const BETWEEN = { full: 5_000, short: 1_000 };

const CONNECTIONS = `SELECT client_port AS port FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** @typedef {import('./process-figures.js').Figures} Figures */
/** @typedef {Figures & { at: number }} Sample */

/**
 * Looks again and again at what processes hold. While PostgreSQL does not answer nobody looks.
 * @param {import('../chaos/services/site.js').Site} site
 * @param {import('../chaos/services/slot.js').Slot[]} slots those that nothing is done to
 * @param {{ short: boolean, isOver: () => boolean }} how
 * @returns {Promise<Map<string, Sample[]>>} by the name of the slot; `all` has the connections of everybody
 */
export async function watch(site, slots, { short, isOver }) {
  /** @type {Map<string, Sample[]>} */
  const samples = new Map([...slots.map(({ name }) => [name, []]), ['all', []]]);
  for (; !isOver(); await sleep(BETWEEN[short ? 'short' : 'full'])) {
    const rows = await site.postgres.rows(CONNECTIONS).catch(() => undefined);
    if (!rows) continue;
    const at = Date.now();
    const ports = new Set(rows.map(({ port }) => port));
    for (const { name, pid } of slots) {
      // One that ended has no figures any more; that it ended by itself is a defect of its own.
      const figures = await figuresOf(pid, ports).catch(() => undefined);
      if (figures) samples.get(name).push({ at, ...figures });
    }
    samples.get('all').push({ at, connections: rows.length });
  }
  return samples;
}
