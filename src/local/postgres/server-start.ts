import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isPassing, LISTEN_ADDRESS, openDatabase } from './postgres-connection.js';
import { choosePort, rememberPort } from './postgres-port.js';
import { findPostmaster, removeStalePidFile, startPostmaster, stopPostmaster } from './postmaster.js';
import type { Postmaster, PostmasterControl } from './postmaster.js';
import { lastUsefulLine, prepareServerLog, readServerLog } from './server-log.js';

interface ServerStart {
  cluster: Cluster;
  control: PostmasterControl;
  password: string;
  /** 0 for the remembered one or any. */
  port: number;
  settings: Readonly<Record<string, string>>;
}

interface StartedServer extends Postmaster {
  /** It ran already. */
  adopted: boolean;
}

const ANSWER_MILLISECONDS = 60_000;
const LEFTOVER_MILLISECONDS = 15_000;
const ANSWER_POLL_MILLISECONDS = 100;
const LEFTOVER_POLL_MILLISECONDS = 250;

const DEFAULT_SETTINGS = { max_connections: '200', timezone: 'UTC', log_timezone: 'UTC' };

// What an ending server leaves for a moment, or one that a killed launcher had still begun to start.
const LEFTOVER = /pre-existing shared memory block|lock file ".*" (?:already exists|is empty)/;
const TAKEN_PORT = /could not bind|could not create any TCP\/IP sockets/;

/**
 * The server of this cluster, accepting connections, with our database in it: the running one, or else a new one.
 * Throws EmbeddedPostgresError when there is no way to get it.
 */
export async function findOrStartServer(start: ServerStart): Promise<StartedServer> {
  const deadline = Date.now() + LEFTOVER_MILLISECONDS;
  for (;;) {
    const running = await findUsableServer(start);
    if (running !== undefined) {
      return { ...running, adopted: true };
    }
    const complaint = await startServer(start);
    if (complaint === undefined) {
      return { ...(await openStartedServer(start)), adopted: false };
    }
    if (Date.now() > deadline || !isWorthRetrying(complaint, start.port)) {
      throw explainFailedStart(start.cluster, complaint);
    }
    await sleep(LEFTOVER_POLL_MILLISECONDS);
  }
}

async function findUsableServer(start: ServerStart): Promise<Postmaster | undefined> {
  const running = await awaitAnswer(start);
  if (running === undefined || start.port === 0 || start.port === running.port) {
    return running;
  }
  await stopPostmaster(start.control);
  return undefined;
}

async function openStartedServer(start: ServerStart): Promise<Postmaster> {
  try {
    const started = await awaitAnswer(start);
    if (started === undefined) {
      throw explainFailedStart(start.cluster, 'it ended just after its start');
    }
    await rememberPort(start.cluster, started.port, start.control.user);
    return started;
  } catch (error) {
    await stopPostmaster(start.control);
    throw error;
  }
}

/** The running server once it answers; undefined when none runs or it ends while being waited for. */
async function awaitAnswer({ cluster, password }: ServerStart): Promise<Postmaster | undefined> {
  const deadline = Date.now() + ANSWER_MILLISECONDS;
  for (;;) {
    const running = await findPostmaster(cluster.data);
    if (running === undefined) {
      return undefined;
    }
    try {
      await openDatabase({ port: running.port, password }, cluster.data);
      return running;
    } catch (error) {
      if (Date.now() > deadline || !isPassing(error)) {
        throw explainUnusable(cluster, running, error as Error);
      }
    }
    await sleep(ANSWER_POLL_MILLISECONDS);
  }
}

/** The complaint of a server that did not start; undefined when it did. */
async function startServer(start: ServerStart): Promise<string | undefined> {
  const { cluster, control } = start;
  await removeStalePidFile(cluster.data);
  const port = await choosePort(cluster, start.port);
  const logged = await prepareServerLog(cluster.log, control.user);
  const { succeeded, errorOutput } = await startPostmaster(control, cluster.log, {
    ...DEFAULT_SETTINGS,
    ...start.settings,
    listen_addresses: LISTEN_ADDRESS,
    unix_socket_directories: '',
    port: String(port),
  });
  if (succeeded) {
    return undefined;
  }
  const output = await readServerLog(cluster.log, logged);
  return `${output}\n${errorOutput}`;
}

function isWorthRetrying(complaint: string, wantedPort: number): boolean {
  return LEFTOVER.test(complaint) || (wantedPort === 0 && TAKEN_PORT.test(complaint));
}

function explainFailedStart({ directory, log }: Cluster, complaint: string): EmbeddedPostgresError {
  if (LEFTOVER.test(complaint)) {
    return new EmbeddedPostgresError(
      `processes of a PostgreSQL that was killed still use ${directory}; end them (they are called "postgres: …") and ` +
        `start again, or set DATA_DIR to another directory; see ${log}`,
    );
  }
  return new EmbeddedPostgresError(
    `PostgreSQL does not start on ${directory}: ${lastUsefulLine(complaint)}; see ${log}`,
  );
}

function explainUnusable({ directory, log }: Cluster, { pid, port }: Postmaster, error: Error): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the PostgreSQL server of ${directory} (port ${port}) cannot be used: ${error.message}; see ${log}, ` +
      `and if process ${pid} still runs, stop it with "kill -INT ${pid}" and start again`,
  );
}
