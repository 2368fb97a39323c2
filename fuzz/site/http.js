import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Milliseconds: longer than the product gives any request. */
const PATIENCE = 30_000;

/**
 * @typedef {object} Message a request as it goes over the wire
 * @property {string} method
 * @property {string} url its target
 * @property {[string, string][]} headers
 * @property {Buffer} [body]
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} text
 * @property {number} milliseconds
 */

/** Sends what no usual client would, and changes nothing of it. */
export class Http {
  #agent = new Agent({ keepAlive: true });
  #port;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  /**
   * @param {Message} message
   * @returns {Promise<Answer>}
   * @throws {Error} when there is none
   */
  async send(message) {
    try {
      return await this.#attempt(message);
    } catch (error) {
      // A kept connection may be closed by the other side just as it is used again (RFC 9112 §9.3.1).
      if (error.isReused) return this.#attempt(message);
      throw error;
    }
  }

  /**
   * @param {Message} message
   * @returns {Promise<Answer>}
   */
  async #attempt({ method, url, headers, body }) {
    const started = performance.now();
    const all = { ...grouped(headers), ...(body && { 'Content-Length': String(body.length) }) };
    const signal = AbortSignal.timeout(PATIENCE);
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      method,
      path: url,
      headers: all,
      agent: this.#agent,
      signal,
    };
    const sent = request(options);
    try {
      sent.end(body);
      const [response] = await once(sent, 'response');
      // What is still to be sent is nobody's business once there is an answer.
      sent.on('error', () => undefined);
      const bytes = await buffer(response);
      const milliseconds = performance.now() - started;
      return { status: response.statusCode, headers: response.headers, text: bytes.toString('utf8'), milliseconds };
    } catch (error) {
      throw Object.assign(error, { isReused: sent.reusedSocket });
    }
  }

  close() {
    this.#agent.destroy();
  }
}

/** A name that comes again has a list. */
function grouped(headers) {
  const groups = {};
  for (const [name, value] of headers) {
    const key = Object.keys(groups).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
    groups[key] = key in groups ? [groups[key], value].flat() : value;
  }
  return groups;
}
