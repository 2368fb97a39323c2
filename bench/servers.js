import { once } from 'node:events';
import { createServer } from 'node:net';
import { messageOf, startProcess } from './processes.js';

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} url
 * @property {number} pid
 */

/** What the others are compared with. */
export const BASELINE = 'baseline';

/** Each is a script that listens on PORT and sends a message to its parent when it does. */
const SCRIPTS = {
  [BASELINE]: new URL('baseline.js', import.meta.url),
  product: new URL('../dist/src/main.js', import.meta.url),
};

/**
 * Starts all servers, each in a process of its own on the same core; one that is not asked for anything rests.
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place they find no `.env` there
 * @param {string} databaseUrl
 * @param {import('./cores.js').Cores | undefined} cores
 * @returns {Promise<Server[]>}
 */
export async function startServers(place, databaseUrl, cores) {
  const servers = [];
  for (const name of Object.keys(SCRIPTS)) servers.push(await startServer(name, place, databaseUrl, cores));
  return servers;
}

/**
 * @param {string} name of one of the list
 * @param {{ cleanup: import('./cleanup.js').Cleanup, directory: string }} place
 * @param {string} databaseUrl
 * @param {import('./cores.js').Cores | undefined} cores
 * @param {Record<string, string>} [settings] in place of those that all have
 * @returns {Promise<Server>}
 */
export async function startServer(name, place, databaseUrl, cores, settings = {}) {
  const port = await freePort();
  const environment = { ...settingsFor(port, databaseUrl), ...settings };
  const child = startProcess(SCRIPTS[name], { ...place, environment, core: cores?.server });
  await messageOf(child, name);
  return { name, url: environment.PUBLIC_URL, pid: child.pid };
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
