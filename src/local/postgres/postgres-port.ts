import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { LISTEN_ADDRESS } from './postgres-connection.js';
import { writePrivateFile } from './private-file.js';
import type { ProgramUser } from './program.js';

const ANY_FREE_PORT = 0;

/**
 * The wanted port, or for 0 the remembered one when it is free, or else any free one.
 * Throws EmbeddedPostgresError when the wanted port is taken.
 */
export async function choosePort(cluster: Cluster, wanted: number): Promise<number> {
  if (wanted === ANY_FREE_PORT) {
    return (await tryPort(await readRememberedPort(cluster))) ?? findFreePort();
  }
  if ((await tryPort(wanted)) === undefined) {
    throw new EmbeddedPostgresError(
      `port ${wanted} of ${LISTEN_ADDRESS} is taken or not allowed, so PostgreSQL cannot use it; free it or choose another`,
    );
  }
  return wanted;
}

/** Keeps the port, so that URLs written down elsewhere stay good after the next start. */
export async function rememberPort(cluster: Cluster, port: number, user: ProgramUser | undefined): Promise<void> {
  await writePrivateFile(cluster.port, `${port}\n`, user);
}

async function readRememberedPort(cluster: Cluster): Promise<number> {
  const port = Number(await readFile(cluster.port, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : ANY_FREE_PORT;
}

async function findFreePort(): Promise<number> {
  const port = await tryPort(ANY_FREE_PORT);
  if (port === undefined) {
    throw new EmbeddedPostgresError(`no port of ${LISTEN_ADDRESS} can be listened on; set DATABASE_URL`);
  }
  return port;
}

/** The port, or the one that the system chose for 0; undefined when it cannot be listened on. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, LISTEN_ADDRESS), 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
