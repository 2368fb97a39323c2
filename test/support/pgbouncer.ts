import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type QueryResultRow } from 'pg';
import { freePort, until } from './program.js';

/** It refuses to run as root; this is `nobody`, on Debian and elsewhere. */
const NOBODY = 65_534;

const isInstalled = spawnSync('pgbouncer', ['--version']).status === 0;

/** Suites that need PgBouncer; skipped, and said so, where there is none, unless REQUIRE_PGBOUNCER=1. */
export const describeWithPgBouncer = isInstalled || process.env['REQUIRE_PGBOUNCER'] === '1' ? describe : describe.skip;

/** PgBouncer with its own defaults, in transaction mode, in front of one database. */
export class PgBouncer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly url: string,
    private readonly port: number,
  ) {}

  /** @param poolSize connections that it keeps to PostgreSQL at most */
  static async start(databaseUrl: string, poolSize: number): Promise<PgBouncer> {
    if (!isInstalled) throw new Error('REQUIRE_PGBOUNCER=1, but there is no pgbouncer on the PATH');
    const port = await freePort();
    const { hostname, port: serverPort, username, password, pathname } = new URL(databaseUrl);
    const name = pathname.slice(1);
    const directory = mkdtempSync(join(tmpdir(), 'broadsheet-pgbouncer-'));
    chmodSync(directory, 0o755);
    const file = join(directory, 'pgbouncer.ini');
    writeFileSync(
      file,
      [
        '[databases]',
        `${name} = host=${hostname} port=${serverPort} dbname=${name} user=${username} password=${password}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = any',
        'admin_users = operator',
        'pool_mode = transaction',
        `default_pool_size = ${poolSize}`,
      ].join('\n'),
    );
    const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const child = spawn('pgbouncer', ['--quiet', file], { ...identity, stdio: 'ignore' });
    const bouncer = new PgBouncer(child, directory, `postgres://anybody@127.0.0.1:${port}/${name}`, port);
    await until(() => bouncer.rows('SELECT 1').then(Boolean, () => false));
    return bouncer;
  }

  /** Asks the database through it. */
  async rows<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    return this.ask(this.url, text);
  }

  /** Its connections to PostgreSQL. */
  async servers(): Promise<{ state: string }[]> {
    return this.ask(`postgres://operator@127.0.0.1:${this.port}/pgbouncer`, 'SHOW SERVERS');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    // At once; SIGTERM would wait for clients.
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.directory, { recursive: true });
  }

  private async ask<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }
}
