import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds: longer than the product gives any request. */
const PATIENCE = 30_000;
/** Milliseconds for which a stream that never ends is read. */
const MOMENT = 30;

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
      const text = isEndless(response) ? await beginningOf(response) : (await buffer(response)).toString('utf8');
      const milliseconds = performance.now() - started;
      return { status: response.statusCode, headers: response.headers, text, milliseconds };
    } catch (error) {
      throw Object.assign(error, { isReused: sent.reusedSocket });
    }
  }

  close() {
    this.#agent.destroy();
  }
}

/** @param {import('node:http').IncomingMessage} response */
const isEndless = ({ headers }) => headers['content-type']?.startsWith('text/event-stream') === true;

/**
 * What comes in a moment; the client leaves then.
 * @param {import('node:http').IncomingMessage} response
 */
async function beginningOf(response) {
  let text = '';
  response.setEncoding('utf8').on('data', (part) => (text += part));
  await sleep(MOMENT);
  response.on('error', () => undefined).destroy();
  return text;
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
