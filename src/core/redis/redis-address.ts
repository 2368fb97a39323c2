interface RedisHost {
  host: string;
  port: number;
}

interface Credentials {
  username?: string;
  password?: string;
}

/** What `REDIS_URL` may lead to: one server, one that Sentinels know, or the nodes of a Cluster. */
export type RedisAddress =
  | { form: 'single'; url: string }
  | {
      form: 'sentinel';
      sentinels: RedisHost[];
      /** What the Sentinels call it. */
      name: string;
      database: number;
      credentials: Credentials;
      sentinelCredentials: Credentials;
      hasTls: boolean;
    }
  | { form: 'cluster'; nodes: RedisHost[]; credentials: Credentials; hasTls: boolean };

/** Several hosts separated by commas are no URL to `URL`. */
const SEVERAL = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/i;
const PORTS = { sentinel: 26_379, cluster: 6_379 };
const SENTINEL_PARAMETERS = new Set(['sentinel_username', 'sentinel_password']);

/**
 * Reads `redis://user:password@host:6379/0`, `redis+sentinel://user:password@host:26379,host:26379/name/0` with
 * `?sentinel_username=…&sentinel_password=…`, and `redis+cluster://user:password@host:6379,host:6379`; `rediss` is TLS.
 * @returns undefined where it is none of them
 */
export function redisAddress(url: string): RedisAddress | undefined {
  const several = SEVERAL.exec(url);
  if (!several) return isSingle(url) ? { form: 'single', url } : undefined;
  try {
    const [, scheme, form, user = '', hosts = '', path = '', query = ''] = several.map((part) => part ?? '');
    const shared = { hasTls: scheme === 'rediss', credentials: credentialsOf(...user.split(/:(.*)/s, 2)) };
    return form === 'sentinel' ? sentinel(shared, hosts, path, query) : cluster(shared, hosts, path, query);
  } catch {
    // A host or an escape that is none.
    return undefined;
  }
}

function isSingle(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return ['redis:', 'rediss:'].includes(protocol) && !host.includes(',');
}

interface Shared {
  hasTls: boolean;
  credentials: Credentials;
}

function sentinel(shared: Shared, hosts: string, path: string, query: string): RedisAddress | undefined {
  const [name = '', database = '0', ...rest] = path.split('/').map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  const isKnown = [...parameters.keys()].every((key) => SENTINEL_PARAMETERS.has(key));
  if (name === '' || !/^\d{1,4}$/.test(database) || rest.length > 0 || !isKnown) return undefined;
  return {
    form: 'sentinel',
    ...shared,
    sentinels: hostsOf(hosts, PORTS.sentinel),
    name,
    database: Number(database),
    sentinelCredentials: {
      username: parameters.get('sentinel_username') ?? undefined,
      password: parameters.get('sentinel_password') ?? undefined,
    },
  };
}

/** A Cluster has one database, whose number may be said. */
function cluster(shared: Shared, hosts: string, path: string, query: string): RedisAddress | undefined {
  if (!['', '0'].includes(path) || query !== '') return undefined;
  return { form: 'cluster', ...shared, nodes: hostsOf(hosts, PORTS.cluster) };
}

function credentialsOf(username = '', password = ''): Credentials {
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
  };
}

const hostsOf = (list: string, preset: number): RedisHost[] => list.split(',').map((entry) => hostOf(entry, preset));

/** @throws Error where it is none */
function hostOf(entry: string, preset: number): RedisHost {
  const match = HOST.exec(entry.trim());
  const port = Number(match?.[2] ?? preset);
  if (!match?.[1] || port < 1 || port > 65_535) throw new Error('No host');
  return { host: match[1].replaceAll(/[[\]]/g, ''), port };
}
