import { open, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Pool } from 'pg';
import { createDataset } from '../../bench/dataset.js';
import { messageOf, startProcess } from '../../bench/processes.js';
import { freePort, settingsFor } from '../../bench/servers.js';
import { Http } from './http.js';

const API = new URL('../../dist/src/main.js', import.meta.url);
const PROBE = new URL('probe.js', import.meta.url);

/** What is there before anybody comes. */
const AMOUNTS = { users: 30, posts: 300 };
const MAILS = `INSERT INTO emails (id, kind, user_id, to_address, to_key, state, last_answer)
  SELECT gen_random_uuid(), kind, id, email, email_key, state, '250 OK'
  FROM (SELECT id, email, email_key FROM users LIMIT 5) AS people,
    (VALUES ('welcome', 'sent'), ('verify', 'pending'), ('password-reset', 'failed')) AS mails (kind, state)
  RETURNING id`;

const BULK_MAILS = `INSERT INTO email_fan_outs (id, post_id, mails, done_at)
  SELECT gen_random_uuid(), id, 7, now() FROM posts WHERE status = 'published' LIMIT 3 RETURNING id`;

/** One API process of the build, on a database of its own. */
export class Site {
  #place;
  #http;
  #database;
  #log;
  #exit;
  secret = '';
  databaseUrl = '';
  url = '';
  pid = 0;
  /** @type {string[]} */
  postIds = [];
  /** @type {string[]} */
  mailIds = [];
  /** @type {string[]} */
  bulkMailIds = [];

  /** @param {{ cleanup: import('../../bench/cleanup.js').Cleanup, directory: string }} place */
  constructor(place) {
    this.#place = place;
  }

  async start() {
    const { url, postIds } = await createDataset(this.#place, AMOUNTS);
    this.databaseUrl = url;
    this.postIds = postIds;
    this.#database = new Pool({ connectionString: url, max: 2 });
    // A lost connection is told by the statement that it fails; unheard, this event would end the process.
    this.#database.on('error', () => undefined);
    this.#place.cleanup.defer(() => this.#database.end());
    this.mailIds = (await this.query(MAILS)).map(({ id }) => id);
    this.bulkMailIds = (await this.query(BULK_MAILS)).map(({ id }) => id);
    await this.#startApi();
  }

  async #startApi() {
    const { cleanup, directory } = this.#place;
    const port = await freePort();
    const environment = {
      ...settingsFor(port, this.databaseUrl),
      NODE_ENV: 'test',
      BCRYPT_COST: '4',
      RATE_LIMIT: '0',
      LOGIN_RATE_LIMIT: '0',
      ACCESS_TOKEN_TTL: '86400',
      RESPONSE_CACHE: 'on',
      LOG_LEVEL: 'error',
      LOG_FORMAT: 'json',
    };
    this.secret = environment.SECRET_KEY;
    this.url = environment.PUBLIC_URL;
    this.#log = join(directory, 'api.log');
    const file = await open(this.#log, 'w');
    cleanup.defer(() => file.close());
    const child = startProcess(API, { cleanup, directory, environment, output: file.fd });
    child.once('exit', (code, signal) => {
      this.#exit = signal ?? `exit code ${code}`;
    });
    await messageOf(child, 'API');
    this.pid = child.pid;
    this.#http = new Http(port);
    cleanup.defer(async () => this.#http.close());
  }

  /** How the process ended, if it has. */
  get exit() {
    return this.#exit;
  }

  /** @param {import('./http.js').Message} message */
  send(message) {
    return this.#http.send(message);
  }

  /**
   * What has to succeed.
   * @param {string} url
   * @param {object} content
   */
  async post(url, content) {
    const headers = [['Content-Type', 'application/json']];
    const answer = await this.send({ method: 'POST', url, headers, body: Buffer.from(JSON.stringify(content)) });
    if (answer.status >= 300) throw new Error(`POST ${url}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  /**
   * @param {string} statement
   * @param {unknown[]} [values]
   * @returns {Promise<any[]>}
   */
  async query(statement, values) {
    return (await this.#database.query(statement, values)).rows;
  }

  /** Watches how long the process takes to say that it lives, until the function it returns is called. */
  probe() {
    const worker = new Worker(PROBE, { workerData: { url: `${this.url}/health` } });
    this.#place.cleanup.defer(() => worker.terminate());
    return async () => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      worker.postMessage('end');
      const [result] = await once(worker, 'message');
      return result;
    };
  }

  /** What waited for each other in the database, as it says itself. */
  async deadlocks() {
    const log = await readFile(join(this.#place.directory, 'postgres', 'server.log'), 'utf8');
    return log.split(/^(?=\S.*ERROR: {2})/m).filter((entry) => entry.includes('deadlock detected'));
  }

  /** Every line that the process has printed: it logs errors alone. */
  async errors() {
    return (await readFile(this.#log, 'utf8')).split('\n').filter((line) => line !== '');
  }
}
