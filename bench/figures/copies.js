import { median } from '../comparison.js';
import { measure } from '../measure.js';
import { AS_SHIPPED, startServer } from '../servers.js';

const BAR = 1.6;
/** With fewer cores the load generator and PostgreSQL take what the second copy would need. */
const JUDGED_FROM = 4;
const ROUNDS = 3;

const PATHS = { 'GET /health': '/health', 'GET /posts?limit=20': '/api/v1/posts?limit=20' };

/**
 * Two copies of the process on two cores over one that may use both.
 * @param {import('../figures.js').Situation} situation
 */
export async function measureCopies({ dataset, cores, options, place }) {
  if (!cores) return { figures: [], raw: 'not pinned' };
  const all = [cores.server, ...cores.others.split(',')];
  const on = { server: all.slice(0, 2).join(',') };
  const serve = (copies) =>
    startServer(AS_SHIPPED, place, dataset.url, on, { RESPONSE_CACHE: 'on', WEB_CONCURRENCY: String(copies) });
  const servers = [await serve(1), await serve(2)];
  const raw = [];
  const figures = [];
  for (const [name, path] of Object.entries(PATHS)) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const pair = [];
      for (const server of servers)
        pair.push(
          await measure(
            server,
            { requests: [{ path }], connections: options.connections, seconds: options.seconds },
            place,
          ),
        );
      rounds.push(pair);
    }
    raw.push({ name, rounds });
    figures.push(figureOf(name, rounds, all.length));
  }
  for (const server of servers) await server.stop();
  return { figures, raw };
}

/**
 * @param {string} name
 * @param {import('../measure.js').Measurement[][]} rounds of each of the two
 * @param {number} cores of the machine
 */
function figureOf(name, rounds, cores) {
  const of = (index, value) => median(rounds.map((pair) => value(pair[index])));
  const ratio = of(1, (one) => one.requestsPerSecond) / of(0, (one) => one.requestsPerSecond);
  const busy = [0, 1].map((index) => of(index, ({ effort }) => effort?.busy ?? Number.NaN).toFixed(2));
  const isJudged = cores >= JUDGED_FROM;
  return {
    name: `two copies over one, ${name}`,
    figure: `${ratio.toFixed(2)} (cores got: ${busy.join(', ')})`,
    bar: isJudged ? String(BAR) : `${BAR} from ${JUDGED_FROM} cores`,
    isOk: !isJudged || ratio >= BAR,
  };
}
