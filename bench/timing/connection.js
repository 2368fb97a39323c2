import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * @typedef {object} Timed
 * @property {number} milliseconds from the first byte sent to the last one received
 * @property {boolean} reused the connection was there already
 * @property {number} status
 * @property {string[]} headers their names
 * @property {string} body
 */

/** One connection that is kept open, with one request at a time. */
export class Connection {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #url;

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
  }

  /**
   * @param {import('./trials.js').Request} what
   * @returns {Promise<Timed>}
   */
  async post({ path, type, body }) {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body) };
    const sent = request(this.#url + path, { agent: this.#agent, method: 'POST', headers });
    const start = performance.now();
    sent.end(body);
    const [response] = await once(sent, 'response');
    const received = await text(response);
    const milliseconds = performance.now() - start;
    return {
      milliseconds,
      reused: sent.reusedSocket,
      status: response.statusCode,
      headers: Object.keys(response.headers).sort(),
      body: received,
    };
  }

  close() {
    this.#agent.destroy();
  }
}
