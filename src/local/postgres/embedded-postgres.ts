import { resolve } from 'node:path';

import { prepareClusterDirectory } from './cluster-directory.js';
import { initialiseCluster } from './cluster-initialisation.js';
import { describeCluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { takeLauncherLock } from './launcher-lock.js';
import type { LauncherLock } from './launcher-lock.js';
import { resolveLinks } from './path-access.js';
import { prepareBinaries } from './postgres-binaries.js';
import { databaseUrl } from './postgres-connection.js';
import { choosePostgresUser } from './postgres-user.js';
import { stopPostmaster } from './postmaster.js';
import type { PostmasterControl } from './postmaster.js';
import { findOrStartServer } from './server-start.js';

export { EmbeddedPostgresError } from './embedded-postgres-error.js';

export interface EmbeddedPostgresOptions {
  /** Directory that holds the cluster; made if missing. */
  directory: string;
  /** Fixed port, or 0/undefined: reuse the port remembered for this directory when free, else any free port. */
  port?: number;
  /** Extra `-c name=value` settings, e.g. { fsync: 'off' } for throw-away test clusters. */
  settings?: Record<string, string>;
}

export interface EmbeddedPostgres {
  /** postgres://… URL of the superuser on the maintenance-like database named "broadsheet" */
  url: string;
  pid: number;
  /** true when a server that outlived its launcher (kill -9) was found running and taken over. */
  adopted: boolean;
  /**
   * Fast shutdown, immediate after 25 seconds, 30 seconds at most. Idempotent, and content with a server that is
   * already dead. Throws EmbeddedPostgresError when the server would not stop.
   */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on 127.0.0.1, with the binaries that npm installed, as a process that outlives this one unless
 * it is stopped. A server that runs on the directory without a launcher is taken over; it keeps its settings.
 * Throws EmbeddedPostgresError for everything that the person who starts it can put right.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await launch(options);
  } catch (error) {
    throw isFileError(error) ? explainFileError(error, options.directory) : error;
  }
}

async function launch({ directory, port = 0, settings = {} }: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  // Without links, because a running server is recognised by the path that it was started with.
  const wanted = await resolveLinks(resolve(directory));
  const user = await choosePostgresUser(describeCluster(wanted).data);
  const { binaries, majorVersion } = await prepareBinaries(user);
  const cluster = describeCluster(await prepareClusterDirectory(wanted, user));

  const lock = await takeLauncherLock(cluster.lock);
  try {
    const isDurable = settings['fsync'] !== 'off';
    const password = await initialiseCluster({ cluster, binaries, user, majorVersion, isDurable });
    const control = { binaries, data: cluster.data, user };
    const server = await findOrStartServer({ cluster, control, password, port, settings });
    return {
      url: databaseUrl({ port: server.port, password }),
      pid: server.pid,
      adopted: server.adopted,
      stop: onlyOnce(async () => stopAndUnlock(control, lock)),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function stopAndUnlock(control: PostmasterControl, lock: LauncherLock): Promise<void> {
  try {
    if (!(await stopPostmaster(control))) {
      throw new EmbeddedPostgresError(`the PostgreSQL server of ${control.data} does not stop; end it by hand`);
    }
  } finally {
    await lock.release();
  }
}

function onlyOnce(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return async () => (result ??= action());
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

function explainFileError(error: NodeJS.ErrnoException, directory: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the database cannot be kept in ${directory} (${error.message}); make it writable for the user who starts this, ` +
      'or set DATA_DIR to another directory',
  );
}
