import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './program.js';

const DEBIAN = '/usr/lib/postgresql';

/** Where a PostgreSQL with server and client programs is installed; the embedded one has no pg_dump. */
function binaries(): string | undefined {
  const told = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : [];
  return [told ?? '', ...versions].find((folder) =>
    ['initdb', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql'].every((program) => existsSync(join(folder, program))),
  );
}

const FOLDER = binaries();

/** Suites that need pg_dump and a server that it fits; skipped, and said so, where there is none. */
export const describeWithPostgres = FOLDER === undefined ? describe.skip : describe;

/** A server of the PostgreSQL that is installed, for as long as a test file runs. */
export class InstalledPostgres {
  private constructor(
    private readonly directory: string,
    private readonly user: { uid?: number; gid?: number },
    /** Of an empty database. */
    readonly url: string,
    /** To be put in front of the PATH. */
    readonly folder: string,
  ) {}

  static async start(): Promise<InstalledPostgres> {
    const folder = FOLDER ?? '';
    const directory = mkdtempSync(join(tmpdir(), 'broadsheet-installed-'));
    const user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if (user.uid !== undefined) chownSync(directory, user.uid, user.gid);
    chmodSync(directory, 0o700);
    const port = await freePort();
    const options = { ...user, cwd: directory, stdio: 'ignore' } as const;
    const initialise = ['-D', `${directory}/data`, '-U', 'tester', '--auth=trust', '--encoding=UTF8', '--no-sync'];
    execFileSync(join(folder, 'initdb'), initialise, options);
    const server = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
    execFileSync(join(folder, 'pg_ctl'), ['-D', `${directory}/data`, '-w', '-o', server, 'start'], options);
    return new InstalledPostgres(directory, user, `postgres://tester:secret@127.0.0.1:${port}/postgres`, folder);
  }

  stop(): void {
    const stop = ['-D', `${this.directory}/data`, '-m', 'immediate', 'stop'];
    execFileSync(join(this.folder, 'pg_ctl'), stop, { ...this.user, cwd: '/', stdio: 'ignore' });
    rmSync(this.directory, { recursive: true });
  }
}

/** PostgreSQL refuses to run as root. */
const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
