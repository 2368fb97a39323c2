import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { MIGRATIONS } from '../../dist/src/core/database/migrations.js';
import { migrate } from '../../dist/src/core/database/migrator.js';
import { migrateQueue } from '../../dist/src/core/queue/queue-migrations.js';
import { startEmbeddedPostgres } from '../../dist/src/local/postgres/embedded-postgres.js';

/** The embedded PostgreSQL with the settings of production, as something that can be killed. */
export class Postgres {
  name = 'postgres';
  url = '';
  #directory;
  #isClosed = false;
  #starting = Promise.resolve();
  /** @type {Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined} */
  #server;

  /** @param {string} directory */
  constructor(directory) {
    this.#directory = join(directory, 'postgres');
  }

  /** @param {import('../../bench/cleanup.js').Cleanup} cleanup */
  async create(cleanup) {
    cleanup.defer(async () => {
      this.#isClosed = true;
      await this.#starting.catch(() => undefined);
      await this.resume();
      await this.#server?.stop();
    });
    await this.start();
    await migrate(this.url, MIGRATIONS, migrateQueue);
  }

  /** On the same port each time, where the clients expect it. */
  async start() {
    if (this.#isClosed) return;
    this.#starting = this.#startServer();
    await this.#starting;
    await this.#answers();
  }

  async #startServer() {
    const port = this.url ? Number(new URL(this.url).port) : 0;
    this.#server = await startEmbeddedPostgres({ directory: this.#directory, port });
    this.url = this.#server.url;
  }

  /** As an operator does who changes a setting. */
  async stop() {
    await this.#server.stop();
  }

  /** The postmaster; its children notice, and end by themselves. */
  async kill() {
    process.kill(this.#server.pid, 'SIGKILL');
    // Content with a server that is dead; lets go of its directory.
    await this.#server.stop();
  }

  /** One session of a client: the server ends all others then, and recovers. */
  async killSession() {
    await this.#answers();
    const client = await this.connect();
    try {
      const { rows } = await client.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_type = 'client backend' ORDER BY random() LIMIT 1`,
      );
      if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
    } finally {
      await client.end().catch(() => undefined);
    }
    await this.#answers();
  }

  async pause() {
    await this.#signalAll('SIGSTOP');
  }

  async resume() {
    await this.#signalAll('SIGCONT');
  }

  /** A connection of its own; the caller ends it. */
  async connect() {
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
    // Told by the statement that it fails; unheard, this event would end the process.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /**
   * @param {string} text
   * @param {unknown[]} [values]
   * @returns {Promise<Record<string, any>[]>}
   */
  async rows(text, values = []) {
    const client = await this.connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #answers() {
    const answers = () =>
      this.rows('SELECT 1').then(
        () => true,
        () => false,
      );
    while (!this.#isClosed && !(await answers())) await sleep(50);
  }

  /** @param {NodeJS.Signals} signal to the postmaster and all its children, each of which has a session of its own */
  async #signalAll(signal) {
    const { pid } = this.#server ?? {};
    if (pid === undefined) return;
    for (const target of [pid, ...(await childrenOf(pid))]) {
      try {
        process.kill(target, signal);
      } catch (error) {
        // Gone meanwhile.
        if (error.code !== 'ESRCH') throw error;
      }
    }
  }
}

/** @param {number} parent */
async function childrenOf(parent) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const parents = await Promise.all(pids.map((pid) => parentOf(pid)));
  return pids.filter((_pid, index) => parents[index] === parent).map(Number);
}

/** @param {string} pid */
async function parentOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name before the bracket may itself hold blanks; the parent is the second field after it.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
