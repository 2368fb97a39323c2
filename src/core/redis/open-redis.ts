import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { redisAddress, type RedisAddress } from './redis-address.js';

export type RedisClient = Redis | Cluster;

/** How often a command is sent to another node of a Cluster before it fails, for whom waits and for whom does not. */
const REDIRECTIONS = { patient: 16, hasty: 3 };

/**
 * Connects to what `REDIS_URL` leads to.
 * @param options as for one server, and in the same sense for the others
 */
export function openRedis(url: string, options: RedisOptions): RedisClient {
  const address = redisAddress(url);
  if (!address) throw new Error('REDIS_URL is none that is known');
  if (address.form === 'sentinel') return openBySentinels(address, options);
  if (address.form === 'cluster') return openCluster(address, options);
  return new Redis(address.url, options);
}

type AddressOf<Form> = Extract<RedisAddress, { form: Form }>;

function openBySentinels(address: AddressOf<'sentinel'>, options: RedisOptions): Redis {
  return new Redis({
    ...options,
    ...address.credentials,
    sentinels: address.sentinels,
    name: address.name,
    db: address.database,
    sentinelUsername: address.sentinelCredentials.username,
    sentinelPassword: address.sentinelCredentials.password,
    ...(address.hasTls && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    // Away from a master that hangs, too, as soon as the Sentinels have chosen another.
    failoverDetector: true,
  });
}

function openCluster(address: AddressOf<'cluster'>, options: RedisOptions): Cluster {
  const { host: _host, port: _port, retryStrategy, enableOfflineQueue, enableAutoPipelining, ...others } = options;
  return new Cluster(address.nodes, {
    ...(retryStrategy && { clusterRetryStrategy: retryStrategy }),
    enableOfflineQueue,
    enableAutoPipelining,
    maxRedirections: enableOfflineQueue === false ? REDIRECTIONS.hasty : REDIRECTIONS.patient,
    redisOptions: { ...others, ...address.credentials, ...(address.hasTls && { tls: {} }) },
    // The name stays, for which the certificate is (https://github.com/redis/ioredis#special-note-aws-elasticache-clusters-with-tls).
    ...(address.hasTls && { dnsLookup: (name, done) => done(null, name) }),
  });
}
