import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks at the readiness of a backend. */
const PROBE = 50;
/** How long a request waits for a backend that is ready, in milliseconds. */
const PATIENCE = 10_000;

/**
 * @typedef {object} Backend
 * @property {string} url
 * @property {Agent} agent its connections, which are kept
 * @property {boolean} isReady
 */

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 */

/** Sends requests to those backends whose readiness says that they are ready, over connections that are kept. */
export class Balancer {
  /** Requests that a connection lost before the first byte of their answer, and that were sent again. */
  retried = 0;
  /** @type {Map<string, Backend>} */
  #backends = new Map();
  #turn = 0;
  #isClosed = false;

  /**
   * Resolves once the backend gets requests.
   * @param {string} url
   */
  async add(url) {
    const backend = { url, agent: new Agent({ keepAlive: true }), isReady: false };
    this.#backends.set(url, backend);
    void this.#watch(backend);
    for (const end = Date.now() + PATIENCE; !backend.isReady; await sleep(PROBE))
      if (Date.now() > end) throw new Error(`${url} does not become ready`);
  }

  /**
   * Resolves once a backend that is stopping is known to be unready: before its port closes, or it was no orderly stop.
   * @param {string} url
   */
  async left(url) {
    while (this.#backends.get(url)?.isReady) await sleep(PROBE);
  }

  /** @param {string} url of a backend that has ended */
  remove(url) {
    this.#backends.get(url)?.agent.destroy();
    this.#backends.delete(url);
  }

  close() {
    this.#isClosed = true;
    for (const url of this.#backends.keys()) this.remove(url);
  }

  /** @param {Backend} backend */
  async #watch(backend) {
    while (!this.#isClosed && this.#backends.get(backend.url) === backend) {
      const status = await send(backend, { method: 'GET', path: '/readiness' }).catch(() => 0);
      backend.isReady = status === 200;
      await sleep(PROBE);
    }
  }

  /**
   * A request that makes nothing is sent again where a kept connection ended before the first byte of an answer, as every
   * client may (RFC 9112 §9.3.1).
   * @param {Request} wanted
   * @returns {Promise<number>} the status
   * @throws {Error} when it is broken
   */
  async ask(wanted) {
    const backend = await this.#next();
    try {
      return await send(backend, wanted);
    } catch (error) {
      if (wanted.method !== 'GET' || !error.isRetriable) throw error;
      this.retried += 1;
      return this.ask(wanted);
    }
  }

  async #next() {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(PROBE)) {
      const ready = [...this.#backends.values()].filter(({ isReady }) => isReady);
      this.#turn += 1;
      const backend = ready[this.#turn % ready.length];
      if (backend) return backend;
    }
    throw new Error('No backend is ready');
  }
}

/**
 * @param {Backend} backend
 * @param {Request} request
 * @returns {Promise<number>} the status, once the answer is there to its last byte
 */
const send = ({ url, agent }, { method, path, headers, body }) =>
  new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers, agent, timeout: PATIENCE }, (answer) => {
      buffer(answer).then(() => resolve(answer.statusCode), reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('No answer came')));
    sent.on('error', (error) => reject(Object.assign(error, { isRetriable: sent.reusedSocket && !sent.res })));
    sent.end(body);
  });
