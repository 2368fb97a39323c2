import { median } from '../comparison.js';
import { AS_SHIPPED, startServer } from '../servers.js';

/** Milliseconds. */
const BAR = 2_000;
const STARTS = 3;

/**
 * From the start of the process to its first answer, with the database up and the modules in the cache of the disk.
 * @param {import('../figures.js').Situation} situation
 */
export async function measureStart({ dataset, cores, place }) {
  const times = [];
  for (let start = 0; start < STARTS; start += 1) {
    const started = performance.now();
    const server = await startServer(AS_SHIPPED, place, dataset.url, cores);
    const answer = await fetch(`${server.url}/readiness`);
    times.push(performance.now() - started);
    if (!answer.ok) throw new Error(`A started server answers /readiness with ${answer.status}`);
    await server.stop();
  }
  const time = median(times);
  const figure = `${(time / 1_000).toFixed(2)} s`;
  return {
    figures: [{ name: 'main.js to the first answer', figure, bar: `${BAR / 1_000} s`, isOk: time < BAR }],
    raw: { times },
  };
}
