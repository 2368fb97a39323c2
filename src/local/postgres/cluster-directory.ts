import { chmod, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findBlockedPath } from './path-access.js';
import type { ProgramUser } from './program.js';

// The user of the server has to pass through, but not to list what else is there.
const PASSABLE = 0o711;

// pg_ctl hands its paths to a shell between double quotes.
const UNQUOTABLE = /["$`\\\n]/;

/**
 * Makes the directory, and what is missing above it, so that the user can enter it.
 * Throws EmbeddedPostgresError when something above it keeps the user out.
 */
export async function prepareClusterDirectory(directory: string, user: ProgramUser | undefined): Promise<void> {
  assertUsableName(directory);
  if (user === undefined) {
    await mkdir(directory, { recursive: true });
    return;
  }
  await assertReachable(directory, user);
  const firstCreated = await mkdir(directory, { recursive: true });
  if (firstCreated !== undefined) {
    await makePassable(firstCreated, directory);
  }
}

function assertUsableName(directory: string): void {
  if (process.platform !== 'win32' && UNQUOTABLE.test(directory)) {
    throw new EmbeddedPostgresError(
      `pg_ctl cannot handle one of the characters " $ \` \\ in ${directory}; set DATA_DIR to another directory`,
    );
  }
}

async function assertReachable(directory: string, user: ProgramUser): Promise<void> {
  const blocked = await findBlockedPath(directory, user);
  if (blocked !== undefined) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, and the user it runs as (uid ${user.uid}) cannot enter ${blocked}; ` +
        'set DATA_DIR to a directory elsewhere (for example /var/lib/broadsheet), start as an ordinary user, or set DATABASE_URL',
    );
  }
}

/** mkdir leaves out what the umask forbids, which for root is often everything for others. */
async function makePassable(topmost: string, directory: string): Promise<void> {
  for (let path = directory; path.startsWith(topmost); path = dirname(path)) {
    await chmod(path, PASSABLE);
  }
}
