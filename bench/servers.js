import { once } from 'node:events';
import { createServer } from 'node:net';
import { messageOf, startProcess, stopProcess } from './processes.js';

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/** What the others are compared with. */
export const BASELINE = 'baseline';
/** The product, whose answers are made anew each time, as those of the baseline are. */
export const CACHE_OFF = 'cache off';
/** The product. */
export const AS_SHIPPED = 'as shipped';
/** What most build on the same libraries, for the record. */
export const USUAL = 'usual stack';

/** Each is a script that listens on PORT and sends a message to its parent when it does. */
const PRODUCT = new URL('../dist/src/main.js', import.meta.url);
const SCRIPTS = {
  product: PRODUCT,
  [BASELINE]: new URL('baseline.js', import.meta.url),
  [CACHE_OFF]: PRODUCT,
  [AS_SHIPPED]: PRODUCT,
  [USUAL]: new URL('usual-stack.js', import.meta.url),
};
const SETTINGS = { [AS_SHIPPED]: { RESPONSE_CACHE: 'on' } };

/**
 * Starts servers, each in a process of its own on the same core; one that is not asked for anything rests.
 * @param {string[]} names
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place they find no `.env` there
 * @param {string} databaseUrl
 * @param {import('./cores.js').Cores | undefined} cores
 * @returns {Promise<Server[]>}
 */
export async function startServers(names, place, databaseUrl, cores) {
  const servers = [];
  for (const name of names) servers.push(await startServer(name, place, databaseUrl, cores, SETTINGS[name]));
  return servers;
}

/**
 * @param {string} name of one of the list
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @param {string} databaseUrl
 * @param {Pick<import('./cores.js').Cores, 'server'> | undefined} cores
 * @param {Record<string, string>} [settings] in place of those that all have
 * @returns {Promise<Server>}
 */
export async function startServer(name, place, databaseUrl, cores, settings = {}) {
  const port = await freePort();
  const environment = { ...settingsFor(port, databaseUrl), ...settings };
  const child = startProcess(SCRIPTS[name], { ...place, environment, core: cores?.server });
  await messageOf(child, name);
  return { name, url: environment.PUBLIC_URL, pid: child.pid, stop: () => stopProcess(child) };
}

/**
 * The same for all, and as in production: limits are counted, but not reached.
 * @param {number} port
 * @param {string} databaseUrl
 */
export const settingsFor = (port, databaseUrl) => ({
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: String(port),
  PUBLIC_URL: `http://127.0.0.1:${port}`,
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_MAX: '10',
  SECRET_KEY: 'measured-with-the-same-key-on-every-server-0123456789',
  // Nothing is sent: that would be the worker.
  SMTP_URL: 'smtp://127.0.0.1:25',
  FORCE_HTTPS: 'off',
  BCRYPT_COST: '10',
  RATE_LIMIT: '10000000',
  LOGIN_RATE_LIMIT: '1000000',
  // No token ends before the measuring does.
  ACCESS_TOKEN_TTL: '86400',
  // The baseline keeps no answers either.
  RESPONSE_CACHE: 'off',
  LOG_LEVEL: 'warn',
});

export async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
