import { peakMemory, residentMemory } from '../bulk/memory.js';
import { measure } from '../measure.js';
import { AS_SHIPPED, startServers } from '../servers.js';
import { WORKS } from '../works.js';

const REQUESTS = 200_000;
const STEPS = 10;
/** Megabytes, and how much more there may be at the end than after the first half, as a ratio. */
const BARS = { peak: 200, growth: 1.1 };
/** Longer than a step takes anywhere, in seconds. */
const LONGEST_STEP = 600;

/**
 * Memory of a process of the API that has answered many requests of all that only reads.
 * @param {import('../figures.js').Situation} situation
 */
export async function measureMemory({ dataset, cores, options, place }) {
  const [server] = await startServers([AS_SHIPPED], place, dataset.url, cores);
  const lists = [];
  for (const { writes, status, requests } of WORKS)
    if (!writes && status === undefined) lists.push(await requests({ dataset, server }));
  const requests = interleave(lists);

  const resident = [await residentMemory(server.pid)];
  for (let step = 0; step < STEPS; step += 1) {
    const job = { requests, connections: options.connections, amount: REQUESTS / STEPS, seconds: LONGEST_STEP };
    const { wrong, missing } = await measure(server, job, place);
    if (wrong + missing > 0) throw new Error(`${wrong} wrong answers, and ${missing} missing`);
    resident.push(await residentMemory(server.pid));
  }
  const peak = await peakMemory(server.pid);
  await server.stop();
  if (peak === undefined) return { figures: [], raw: 'the system does not tell' };
  const growth = resident.at(-1) / resident[STEPS / 2];
  const name = `memory of the API after ${REQUESTS.toLocaleString('en')} requests`;
  return {
    figures: [
      { name: `${name}, peak`, figure: `${peak.toFixed(0)} MB`, bar: `${BARS.peak} MB`, isOk: peak < BARS.peak },
      {
        name: `${name}, over that after half of them`,
        figure: growth.toFixed(2),
        bar: String(BARS.growth),
        isOk: growth <= BARS.growth,
      },
    ],
    raw: { resident, peak },
  };
}

/** In turn one of each, as often as the longest has. @param {import('../works.js').Request[][]} lists */
const interleave = (lists) =>
  Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, index) =>
    lists.map((list) => list[index % list.length]),
  ).flat();
