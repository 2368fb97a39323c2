import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { transformFile } from '@swc/core';
import { Client } from 'pg';

import { EmbeddedPostgresError, startEmbeddedPostgres } from './embedded-postgres.js';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres.js';
import { findPostmaster } from './postmaster.js';
import { findRunningProcess } from './running-process.js';

const SOURCES = dirname(fileURLToPath(import.meta.url));
const PROJECT = join(SOURCES, '..', '..', '..');
const LIMIT_MILLISECONDS = 30_000;

const isRoot = process.geteuid?.() === 0;
const itAsRoot = isRoot ? it : it.skip;
const itAsOrdinaryUser = isRoot || process.platform === 'win32' ? it.skip : it;
const itOnLinux = process.platform === 'linux' ? it : it.skip;

interface Launcher {
  process: ChildProcess;
  /** What it printed when its server was up. */
  started: Promise<{ pid: number; url: string }>;
}

describe('embedded PostgreSQL', () => {
  let workspace: string;
  let directory: string;
  const servers: EmbeddedPostgres[] = [];
  const processes: ChildProcess[] = [];

  beforeEach(async () => {
    workspace = await makeWorkspace();
    directory = join(workspace, 'postgres');
  });

  afterEach(async () => {
    await Promise.all(processes.splice(0).map(async (child) => kill(child)));
    await Promise.all(servers.splice(0).map(async (server) => server.stop()));
    await stopOrphan(join(directory, 'data'));
    await rm(workspace, { recursive: true, force: true, maxRetries: 3 });
  });

  it(
    'starts on an empty directory, with a database that knows Unicode, and with the settings asked for',
    async () => {
      const server = await start({ settings: { fsync: 'off', application_name: `it's "$HOME"` } });

      expect(server.adopted).toBe(false);
      expect(server.url).toMatch(/^postgres:\/\/postgres:[\w-]{32}@127\.0\.0\.1:\d+\/broadsheet$/);
      expect(await query(server, "SELECT lower('ÄÖÜ') AS value")).toBe('äöü');
      expect(await query(server, 'SHOW server_encoding')).toBe('UTF8');
      expect(await query(server, 'SHOW listen_addresses')).toBe('127.0.0.1');
      expect(await query(server, 'SHOW max_connections')).toBe('200');
      expect(await query(server, 'SHOW fsync')).toBe('off');
      expect(await query(server, 'SHOW application_name')).toBe(`it's "$HOME"`);
    },
    LIMIT_MILLISECONDS,
  );

  itOnLinux(
    'keeps the password to its user, and the server out of reach of Ctrl-C (needs /proc)',
    async () => {
      const server = await start();

      expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
      expect(await readProcessGroup(server.pid)).not.toBe(await readProcessGroup(process.pid));
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'keeps data, port and password over a restart',
    async () => {
      const first = await start();
      await query(first, "CREATE TABLE note AS SELECT 'kept'::text AS value");
      await first.stop();

      const second = await start();

      expect(second.adopted).toBe(false);
      expect(second.url).toBe(first.url);
      expect(await query(second, 'SELECT value FROM note')).toBe('kept');
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'takes another port when the remembered one is taken, but not instead of a fixed one',
    async () => {
      const first = await start();
      await first.stop();
      const blocker = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
      await once(blocker, 'listening');
      const { port } = blocker.address() as AddressInfo;

      try {
        await expectRefusal({ port }, `port ${port} of 127.0.0.1 is taken`);
        expect(new URL((await start()).url).port).not.toBe(String(port));
      } finally {
        blocker.close();
      }
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'takes over the server of a launcher that was killed',
    async () => {
      const launcher = await startLauncher();
      const orphan = await launcher.started;
      await kill(launcher.process);

      const server = await start();

      expect(server.adopted).toBe(true);
      expect(server.pid).toBe(orphan.pid);
      expect(server.url).toBe(orphan.url);
      await server.stop();
      expect(await findRunningProcess(orphan.pid)).toBeUndefined();
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'recovers when launcher and server were killed',
    async () => {
      const launcher = await startLauncher();
      const lost = await launcher.started;
      await query(lost, "CREATE TABLE note AS SELECT 'kept'::text AS value");
      process.kill(lost.pid, 'SIGKILL');
      await kill(launcher.process);

      const server = await start();

      expect(server.adopted).toBe(false);
      expect(await query(server, 'SELECT value FROM note')).toBe('kept');
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'stops quietly after its server was killed, and starts again at once',
    async () => {
      const first = await start();
      process.kill(first.pid, 'SIGKILL');

      await first.stop();
      await first.stop();
      const second = await start();

      expect(second.adopted).toBe(false);
      expect(second.pid).not.toBe(first.pid);
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'neither trusts nor signals another process that has got the pid of a dead server',
    async () => {
      await (await start()).stop();
      const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      processes.push(bystander);
      const stalePidFile = `${bystander.pid}\n${join(directory, 'data')}\n1700000000\n5432\n\n127.0.0.1\n`;
      await writeFile(join(directory, 'data', 'postmaster.pid'), stalePidFile);

      const server = await start();
      await server.stop();

      expect(server.adopted).toBe(false);
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'starts anew when the first start was killed midway',
    async () => {
      const launcher = await startLauncher();
      await untilInitialising(directory);
      await kill(launcher.process);

      const server = await start();

      expect(server.adopted).toBe(false);
      expect(await query(server, 'SELECT 1 AS value')).toBe(1);
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'refuses a second launcher while the first lives, and no longer than that',
    async () => {
      const launcher = await startLauncher();
      await launcher.started;

      await expectRefusal({}, `another npm start already runs on ${directory} (pid ${launcher.process.pid})`);
      await kill(launcher.process);
      expect((await start()).adopted).toBe(true);
    },
    LIMIT_MILLISECONDS,
  );

  it(
    'lets only one of many take over the lock of a dead launcher',
    async () => {
      await mkdir(directory);
      await writeFile(join(directory, 'launcher.lock'), '999999999 1');

      const attempts = await Promise.allSettled(Array.from({ length: 8 }, async () => start()));

      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await Promise.all(servers.map(async (server) => server.stop()));
      expect((await readdir(directory)).sort()).toEqual(['data', 'password', 'port', 'server.log']);
    },
    LIMIT_MILLISECONDS,
  );

  it('says that the data is from another version of PostgreSQL', async () => {
    await mkdir(join(directory, 'data'), { recursive: true });
    await writeFile(join(directory, 'data', 'PG_VERSION'), '15\n');

    await expectRefusal({}, 'was made by PostgreSQL 15, and this is PostgreSQL 18');
  });

  it('says that a directory cannot be made', async () => {
    await writeFile(join(workspace, 'file'), '');

    await expectRefusal({ directory: join(workspace, 'file', 'postgres') }, 'set DATA_DIR to another directory');
  });

  itAsOrdinaryUser(
    'says that a directory is not writable (needs an ordinary user, for root writes anywhere)',
    async () => {
      await mkdir(join(workspace, 'read-only'), { mode: 0o555 });

      await expectRefusal({ directory: join(workspace, 'read-only', 'postgres') }, 'EACCES');
    },
  );

  itAsRoot(
    'keeps the data where its user can enter when the directory is closed to it, and finds them again (needs root)',
    async () => {
      const closed = join(workspace, 'private');
      await mkdir(closed, { mode: 0o700 });
      const wanted = join(closed, 'checkout', '.data');
      const first = await start({ directory: wanted });
      await query(first, "CREATE TABLE note AS SELECT 'kept'::text AS value");
      await first.stop();

      const elsewhere = await realpath(wanted);
      expect(elsewhere).not.toContain(closed);
      expect((await stat(elsewhere)).mode & 0o777).toBe(0o711);
      try {
        const second = await start({ directory: wanted });
        expect(await query(second, 'SELECT value FROM note')).toBe('kept');
        expect(second.url).toBe(first.url);
        await second.stop();
      } finally {
        await rm(elsewhere, { recursive: true, force: true });
      }
    },
    LIMIT_MILLISECONDS,
  );

  itAsRoot('leaves a closed directory that holds something as it is, and says why (needs root)', async () => {
    const closed = join(workspace, 'private');
    const wanted = join(closed, 'postgres');
    await mkdir(wanted, { recursive: true });
    await writeFile(join(wanted, 'letter'), 'kept');
    await chmod(closed, 0o700);

    await expectRefusal({ directory: wanted }, `cannot enter ${closed},`);
    expect(await readdir(wanted)).toEqual(['letter']);
  });

  async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ directory, settings: { fsync: 'off' }, ...options });
    servers.push(server);
    return server;
  }

  async function expectRefusal(options: Partial<EmbeddedPostgresOptions>, message: string): Promise<void> {
    const failure: unknown = await start(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmbeddedPostgresError);
    expect((failure as Error).message).toContain(message);
    expect((failure as Error).message).not.toContain('\n');
  }

  async function startLauncher(): Promise<Launcher> {
    const script = await writeLauncher(workspace, directory);
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(child);
    const started = once(createInterface(child.stdout), 'line').then(
      ([line]) => JSON.parse(line as string) as { pid: number; url: string },
    );
    return { process: child, started };
  }
});

/** A directory that the user of the server can enter, under the name by which the system itself knows it. */
async function makeWorkspace(): Promise<string> {
  const workspace = await mkdtemp(join(await realpath(tmpdir()), 'embedded-postgres-'));
  await chmod(workspace, 0o755);
  return workspace;
}

/** A program that starts a server and lives until it is killed. Node cannot run TypeScript, so it is compiled first. */
async function writeLauncher(workspace: string, directory: string): Promise<string> {
  const folder = join(workspace, 'launcher');
  await mkdir(folder);
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const names = (await readdir(SOURCES)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  await Promise.all(names.map(async (name) => compile(join(SOURCES, name), join(folder, name.replace(/ts$/, 'js')))));
  const script = join(folder, 'launch.js');
  await writeFile(
    script,
    `import { startEmbeddedPostgres } from './embedded-postgres.js';
     const options = ${JSON.stringify({ directory, settings: { fsync: 'off' } })};
     const { pid, url } = await startEmbeddedPostgres(options);
     console.log(JSON.stringify({ pid, url }));
     setInterval(() => {}, 1000);`,
  );
  return script;
}

async function compile(source: string, target: string): Promise<void> {
  const { code } = await transformFile(source, {
    swcrc: false,
    module: { type: 'es6' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  await writeFile(target, code);
}

async function untilInitialising(directory: string): Promise<void> {
  for (;;) {
    const names = await readdir(directory).catch(() => []);
    if (names.some((name) => name.startsWith('data.unfinished-'))) {
      return;
    }
    await sleep(5);
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** A failed test may leave the server of a killed launcher. */
async function stopOrphan(data: string): Promise<void> {
  const orphan = await findPostmaster(data);
  if (orphan === undefined) {
    return;
  }
  process.kill(orphan.pid, 'SIGINT');
  while ((await findRunningProcess(orphan.pid)) !== undefined) {
    await sleep(20);
  }
}

async function query({ url }: Pick<EmbeddedPostgres, 'url'>, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function readProcessGroup(pid: number): Promise<string | undefined> {
  const fields = await readFile(`/proc/${pid}/stat`, 'utf8');
  return fields.slice(fields.lastIndexOf(')') + 2).split(' ')[2];
}
