import { randomBytes } from 'node:crypto';
import { appendFile, chown, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import type { PostgresBinaries } from './postgres-binaries.js';
import { SUPERUSER } from './postgres-connection.js';
import { writePrivateFile } from './private-file.js';
import type { ProgramUser } from './program.js';
import { runProgram } from './program.js';
import { lastUsefulLine } from './server-log.js';

const PASSWORD_BYTES = 24;
// The same on every system, with case rules for all of Unicode.
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

interface Initialisation {
  cluster: Cluster;
  binaries: PostgresBinaries;
  user: ProgramUser | undefined;
  /** Major version of the binaries. */
  majorVersion: number;
  /** False for throw-away clusters, which need not survive a power cut. */
  isDurable: boolean;
}

/**
 * Creates the cluster if it is not there. One that is there keeps its data and its password.
 * Returns the password of the superuser. Throws EmbeddedPostgresError when the cluster cannot be created or used.
 */
export async function initialiseCluster(initialisation: Initialisation): Promise<string> {
  await removeUnfinished(initialisation.cluster);
  const version = await readClusterVersion(initialisation.cluster);
  if (version === undefined) {
    return createCluster(initialisation);
  }
  assertSameVersion(initialisation, version);
  return readPassword(initialisation.cluster);
}

async function readClusterVersion({ data }: Cluster): Promise<string | undefined> {
  return readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (version) => version.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    },
  );
}

function assertSameVersion({ cluster, majorVersion }: Initialisation, version: string): void {
  if (version === String(majorVersion)) {
    return;
  }
  throw new EmbeddedPostgresError(
    `${cluster.data} was made by PostgreSQL ${version}, and this is PostgreSQL ${majorVersion}; export the data with ` +
      `version ${version}, or move ${cluster.directory} away to start anew, or set DATA_DIR to another directory`,
  );
}

async function readPassword({ password, directory }: Cluster): Promise<string> {
  const content = await readFile(password, 'utf8').catch(() => '');
  if (content.trim() === '') {
    throw new EmbeddedPostgresError(
      `${password} is missing or not readable, so nobody can log in; put it back, or move ${directory} away to start anew`,
    );
  }
  return content.trim();
}

async function createCluster(initialisation: Initialisation): Promise<string> {
  const { cluster, user } = initialisation;
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  await writePrivateFile(cluster.password, `${password}\n`, user);

  // Under its final name only when finished: an initdb killed midway leaves nothing that looks like a cluster. The
  // random part keeps apart an initdb that has outlived its launcher and still writes.
  const unfinished = `${unfinishedPrefix(cluster)}${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { mode: 0o700 });
  if (user !== undefined) {
    await chown(unfinished, user.uid, user.gid);
  }
  await runInitdb(initialisation, unfinished);
  await rename(unfinished, cluster.data);
  return password;
}

function unfinishedPrefix({ data }: Cluster): string {
  return `${data}.unfinished-`;
}

async function removeUnfinished(cluster: Cluster): Promise<void> {
  const prefix = basename(unfinishedPrefix(cluster));
  const names = await readdir(cluster.directory);
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    // Its initdb may still be writing into it; then what is left is for the next time.
    await rm(join(cluster.directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function runInitdb({ cluster, binaries, user, isDurable }: Initialisation, target: string): Promise<void> {
  const { succeeded, output, errorOutput } = await runProgram(
    binaries.initdb,
    [
      `--pgdata=${target}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${cluster.password}`,
      '--auth=scram-sha-256',
      '--no-instructions',
      ...LOCALE,
      ...(isDurable ? [] : ['--no-sync']),
    ],
    { user },
  );
  if (succeeded) {
    return;
  }
  await rm(target, { recursive: true, force: true });
  // A disk too full for the database may still be too full for the log, and must not hide the reason.
  await appendFile(cluster.log, output + errorOutput).catch(() => undefined);
  throw new EmbeddedPostgresError(
    `creating the database in ${cluster.directory} failed: ${lastUsefulLine(errorOutput)}; ` +
      `see ${cluster.log}, or set DATA_DIR to another directory`,
  );
}
