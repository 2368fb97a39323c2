import { freePort, settingsFor } from '../../bench/servers.js';
import { Interruptions } from './interruptions.js';
import { Postgres } from './postgres.js';
import { Redis } from './redis.js';
import { Slot } from './slot.js';

/** @typedef {import('./slot.js').Death} Death */

const API = new URL('../../dist/src/main.js', import.meta.url);
const WORKER = new URL('../../dist/src/worker.js', import.meta.url);
/** Of each kind of process. */
const PROCESSES = 2;

/** As in production; limits would only get into the way of clients that all have one address. */
const SETTINGS = {
  SECRET_KEY: 'a-key-that-lives-as-long-as-a-run-of-chaos-0123456789',
  RATE_LIMIT: '0',
  LOGIN_RATE_LIMIT: '0',
  RESPONSE_CACHE: 'on',
  ACCESS_TOKEN_TTL: '7200',
  // One for all, as behind a load balancer: tokens are made for it.
  PUBLIC_URL: 'http://127.0.0.1',
};

/** The product as it is deployed: two processes of each kind, PostgreSQL, and Redis where the queue is there. */
export class Site {
  interruptions = new Interruptions();
  /** @type {Death[]} */
  deaths = [];
  /** @type {Slot[]} */
  apis = [];
  /** @type {Slot[]} */
  workers = [];
  /** @type {Redis | undefined} */
  redis;
  #place;
  #mailServer;

  /**
   * @param {{ cleanup: import('../../bench/cleanup.js').Cleanup, directory: string, logs: string }} place
   * @param {import('../mail-server/mail-server.js').MailServer} mailServer
   */
  constructor(place, mailServer) {
    this.#place = place;
    this.#mailServer = mailServer;
    this.postgres = new Postgres(place.directory);
  }

  /** @param {import('../options.js').QueueKind} queue */
  async start(queue) {
    const { cleanup } = this.#place;
    await this.postgres.create(cleanup);
    if (queue === 'redis') {
      this.redis = new Redis(await freePort());
      await this.redis.create(cleanup);
    }
    for (let number = 1; number <= PROCESSES; number += 1) {
      this.apis.push(this.#slot(`api ${number}`, API, () => this.#apiSettings()));
      this.workers.push(this.#slot(`worker ${number}`, WORKER, (process) => this.#workerSettings(process)));
    }
    cleanup.defer(async () => {
      for (const slot of [...this.apis, ...this.workers]) {
        slot.close();
        slot.signal('SIGCONT');
      }
    });
    await Promise.all([...this.apis, ...this.workers].map((slot) => slot.start()));
  }

  /** Before another run begins. */
  async stop() {
    for (const slot of [...this.apis, ...this.workers]) slot.close();
    for (const slot of [...this.apis, ...this.workers]) {
      slot.signal('SIGTERM');
      await slot.ended();
    }
    await this.redis?.kill('SIGTERM');
    await this.postgres.stop();
  }

  /** Where clients find the API at this moment. */
  get apiUrls() {
    return this.apis.flatMap(({ url }) => url ?? []);
  }

  /**
   * The name of the API process that answers there.
   * @param {string} url
   */
  serviceAt(url) {
    return this.apis.find((slot) => slot.url === url)?.name;
  }

  /**
   * @param {string} name
   * @param {URL} script
   * @param {import('./slot.js').SlotParts['settings']} settings
   */
  #slot(name, script, settings) {
    return new Slot({ name, script, settings, place: this.#place, onDeath: (death) => this.deaths.push(death) });
  }

  async #apiSettings() {
    const port = await freePort();
    return { url: `http://127.0.0.1:${port}`, environment: this.#environment(port) };
  }

  /** @param {string} process */
  async #workerSettings(process) {
    const port = await freePort();
    const SMTP_URL = await this.#mailServer.doorFor(process);
    const environment = { ...this.#environment(port), WORKER_PORT: String(port), SMTP_URL };
    return { url: `http://127.0.0.1:${port}`, environment };
  }

  /** @param {number} port */
  #environment(port) {
    const redis = this.redis ? { REDIS_URL: this.redis.url } : {};
    return { ...settingsFor(port, this.postgres.url), ...SETTINGS, ...redis };
  }
}
