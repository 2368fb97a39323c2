import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { describeCluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { resolveLinks } from './path-access.js';
import { databaseUrl } from './postgres-connection.js';
import { findPostmaster } from './postmaster.js';

export interface AttachedPostgres {
  /** postgres://… URL of the superuser on our database. */
  url: string;
  /** Whether it was started for this caller, so that the database may be new and without a schema. */
  isOwn: boolean;
  /** Stops the server if it was started for this caller; a launcher's server goes on. */
  release: () => Promise<void>;
}

/**
 * The server of this directory for work beside the product: the one that runs there, or else one that runs until it
 * is released. Throws EmbeddedPostgresError for everything that the person who asks can put right.
 */
export async function attachEmbeddedPostgres(directory: string): Promise<AttachedPostgres> {
  const url = await findRunningServer(directory);
  if (url !== undefined) {
    return { url, isOwn: false, release: async () => undefined };
  }
  const server = await startEmbeddedPostgres({ directory });
  return { url: server.url, isOwn: true, release: async () => server.stop() };
}

/** @returns the URL of the superuser on our database; undefined where no server runs on this directory */
export async function findRunningServer(directory: string): Promise<string | undefined> {
  try {
    const cluster = describeCluster(await resolveLinks(resolve(directory)));
    const postmaster = await findPostmaster(cluster.data);
    if (postmaster === undefined) {
      return undefined;
    }
    const password = await readFile(cluster.password, 'utf8');
    return databaseUrl({ port: postmaster.port, password: password.trim() });
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the database in ${directory} cannot be looked at (${(error as Error).message}); do this as the user who ran ` +
        'npm start, or set DATABASE_URL',
    );
  }
}
