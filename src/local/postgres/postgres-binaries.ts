import { access, chmod, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { openCopy } from './open-directory.js';
import { findBlockedPath, resolveLinks } from './path-access.js';
import type { ProgramUser } from './program.js';
import { runProgram } from './program.js';
import { lastUsefulLine } from './server-log.js';

export interface PostgresBinaries {
  initdb: string;
  pg_ctl: string;
  postgres: string;
}

interface PackagedLink {
  target: string;
}

const EXECUTABLE_BY_ALL = 0o111;
const USE_OTHER_SERVER = 'install PostgreSQL and set DATABASE_URL';

interface PreparedBinaries {
  binaries: PostgresBinaries;
  majorVersion: number;
}

/**
 * The PostgreSQL that npm installed for this platform, complete and executable, where the user can run it.
 * Throws EmbeddedPostgresError when there is none, or it cannot be run.
 */
export async function prepareBinaries(user: ProgramUser | undefined): Promise<PreparedBinaries> {
  const root = packageRoot();
  const installed = join(root, 'native');
  await restoreLinks(root);
  for (const binary of Object.values(binariesOf(installed))) await makeExecutable(binary);
  const binaries = binariesOf(user === undefined ? installed : await reachableBinaries(root, user));
  return { binaries, majorVersion: await readMajorVersion(binaries, user) };
}

function binariesOf(installation: string): PostgresBinaries {
  const folder = join(installation, 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(folder, `initdb${suffix}`),
    pg_ctl: join(folder, `pg_ctl${suffix}`),
    postgres: join(folder, `postgres${suffix}`),
  };
}

function platformPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function packageRoot(): string {
  const name = platformPackage();
  try {
    // Not imported, although it exports these paths: test runners that turn modules into CommonJS break it.
    const entry = createRequire(import.meta.url).resolve(name);
    return join(dirname(entry), '..');
  } catch {
    throw new EmbeddedPostgresError(
      `the package ${name} is not installed (no PostgreSQL is built for this platform, or npm left out optional or ` +
        `development dependencies); run npm install again, or ${USE_OTHER_SERVER}`,
    );
  }
}

/** npm packages cannot hold links, so an install script makes them, unless npm was told not to run such scripts. */
async function restoreLinks(root: string): Promise<void> {
  if (await hasAllLinks(root)) {
    return;
  }
  await runProgram(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { directory: root });
  if (!(await hasAllLinks(root))) {
    throw new EmbeddedPostgresError(
      `npm did not run the install script of ${platformPackage()}, and ${root} is not writable; ` +
        `run "npm rebuild ${platformPackage()}" as its owner, or ${USE_OTHER_SERVER}`,
    );
  }
}

async function hasAllLinks(root: string): Promise<boolean> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as PackagedLink[];
  const found = await Promise.all(links.map(async (link) => exists(join(root, link.target))));
  return found.every(Boolean);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function makeExecutable(binary: string): Promise<void> {
  try {
    const { mode } = await stat(binary);
    if (process.platform !== 'win32' && (mode & EXECUTABLE_BY_ALL) !== EXECUTABLE_BY_ALL) {
      await chmod(binary, mode | EXECUTABLE_BY_ALL);
    }
  } catch (error) {
    throw new EmbeddedPostgresError(
      `${binary} is missing or not executable (${(error as Error).message}); run npm ci as the owner of the checkout, ` +
        `or ${USE_OTHER_SERVER}`,
    );
  }
}

/** Another copy where the checkout is closed to the user, as one in the home of root is. */
async function reachableBinaries(root: string, user: ProgramUser): Promise<string> {
  const installed = join(root, 'native');
  const blocked = await findBlockedPath(await resolveLinks(binariesOf(installed).postgres), user);
  if (blocked === undefined) return installed;
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  try {
    return await openCopy(installed, `${basename(name ?? '')}-postgres-${version}`);
  } catch (error) {
    throw new EmbeddedPostgresError(
      `PostgreSQL refuses to run as root, the user it runs as (uid ${user.uid}) cannot enter or execute ${blocked}, and ` +
        `there is no place for a copy (${(error as Error).message}); move the checkout (for example to /srv), start as ` +
        'an ordinary user, or set DATABASE_URL',
    );
  }
}

async function readMajorVersion(binaries: PostgresBinaries, user: ProgramUser | undefined): Promise<number> {
  const { output, errorOutput } = await runProgram(binaries.postgres, ['--version'], { user });
  const [, major] = /^postgres \(PostgreSQL\) (\d+)/.exec(output) ?? [];
  if (major === undefined) {
    // The file itself is there, so what was not found is its loader.
    const reason = errorOutput.endsWith('ENOENT') ? 'it needs glibc, which Alpine lacks' : lastUsefulLine(errorOutput);
    throw new EmbeddedPostgresError(
      `the PostgreSQL in ${dirname(binaries.postgres)} cannot run on this system (${reason}); ${USE_OTHER_SERVER}`,
    );
  }
  return Number(major);
}
