import { openRedis } from '../../../core/redis/open-redis.js';
import { explainConnection, PATIENCE, placeOf } from './explain-connection.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** What BullMQ needs. */
const OLDEST_VERSION = '6.2';

/** The Redis of REDIS_URL: whether it lets us in, and forgets nothing by itself. */
export async function checkRedis(url: string): Promise<Finding[]> {
  const place = placeOf(url);
  const redis = openRedis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
    // The first question is one already; where nobody answers, two would be waited for.
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // The reason comes here alone; who waits is told that the connection is closed.
  let reason: unknown;
  redis.on('error', (error) => (reason = error));
  try {
    await redis.connect();
    return findingsOf(place, factsOf(await redis.info()));
  } catch (error) {
    return [refused(place, reason ?? error)];
  } finally {
    redis.disconnect();
  }
}

/** Lines of `name:value`. */
const factsOf = (info: string): Record<string, string> =>
  Object.fromEntries([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]));

function findingsOf(place: string, facts: Record<string, string>): Finding[] {
  const { redis_version: version = '0', maxmemory_policy: policy = 'noeviction', aof_enabled: log } = facts;
  const found = `Redis ${version} at ${place}`;
  return [
    version.localeCompare(OLDEST_VERSION, 'en', { numeric: true }) < 0
      ? problem('REDIS_URL', found, `use ${OLDEST_VERSION} or newer`)
      : ok('REDIS_URL', found),
    policy === 'noeviction'
      ? ok('maxmemory-policy', policy)
      : warning('maxmemory-policy', policy, 'set noeviction: a job that is evicted comes back only when it is missed'),
    log === '1'
      ? ok('appendonly', 'yes')
      : warning('appendonly', 'no: jobs are gone after a restart, until workers make them again', 'set appendonly yes'),
  ];
}

function refused(place: string, error: unknown): Finding {
  const { message = '' } = (error ?? {}) as { message?: string };
  if (/NOAUTH|WRONGPASS|invalid (username-)?password/i.test(message))
    return problem('REDIS_URL', `${place}: user or password is wrong or missing`, 'redis://user:password@host:6379');
  return problem('REDIS_URL', explainConnection(error, place), 'start Redis there, or correct the address');
}
