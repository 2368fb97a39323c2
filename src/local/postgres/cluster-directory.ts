import { chmod, mkdir, rmdir, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { makeOpenDirectory } from './open-directory.js';
import { findBlockedPath } from './path-access.js';
import type { ProgramUser } from './program.js';

// The user of the server has to pass through, but not to list what else is there.
const PASSABLE = 0o711;

// pg_ctl hands its paths to a shell between double quotes.
const UNQUOTABLE = /["$`\\\n]/;

/**
 * Makes the directory, and what is missing above it, so that the user can enter it. Where something above it keeps the
 * user out, as the home of root does, a new one is made elsewhere, and a link to it.
 * @returns where it really is
 * Throws EmbeddedPostgresError when there is no such place.
 */
export async function prepareClusterDirectory(directory: string, user: ProgramUser | undefined): Promise<string> {
  assertUsableName(directory);
  if (user === undefined) {
    await mkdir(directory, { recursive: true });
    return directory;
  }
  const blocked = await findBlockedPath(directory, user);
  if (blocked !== undefined) return linkElsewhere(directory, blocked, user);
  const firstCreated = await mkdir(directory, { recursive: true });
  if (firstCreated !== undefined) await makePassable(firstCreated, directory);
  return directory;
}

function assertUsableName(directory: string): void {
  if (process.platform !== 'win32' && UNQUOTABLE.test(directory)) {
    throw new EmbeddedPostgresError(
      `pg_ctl cannot handle one of the characters " $ \` \\ in ${directory}; set DATA_DIR to another directory`,
    );
  }
}

async function linkElsewhere(directory: string, blocked: string, user: ProgramUser): Promise<string> {
  try {
    await mkdir(dirname(directory), { recursive: true });
    // One that is empty may be replaced; what is in one that is not stays where it is.
    await rmdir(directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const elsewhere = await makeOpenDirectory('data-');
    await chmod(elsewhere, PASSABLE);
    await symlink(elsewhere, directory);
    return elsewhere;
  } catch (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, the user it runs as (uid ${user.uid}) cannot enter ${blocked}, and the data ` +
        `cannot be kept elsewhere (${(error as Error).message}); set DATA_DIR to a directory that it can enter, start ` +
        'as an ordinary user, or set DATABASE_URL',
    );
  }
}

/** mkdir leaves out what the umask forbids, which for root is often everything for others. */
async function makePassable(topmost: string, directory: string): Promise<void> {
  for (let path = directory; path.startsWith(topmost); path = dirname(path)) {
    await chmod(path, PASSABLE);
  }
}
