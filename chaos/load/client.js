import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds: longer than the product gives any request, its slowest statement included. */
const ANSWER_LIMIT = 30_000;
/** For so long a client tries again before it gives up. */
const PATIENCE = 120_000;
const RETRY_PAUSE = 150;
/** Answers after which a client may try again as it is. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path
 * @property {object} [body]
 * @property {string} [token]
 * @property {boolean} [isIdempotent] with an Idempotency-Key, the same for every attempt
 * @property {string} [device] the client's User-Agent
 */

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {any} body
 * @property {number} attempts
 */

/**
 * A request that was not answered, or with a failure of the server.
 * @typedef {object} Failure
 * @property {string} [service] which was asked
 * @property {string} what
 * @property {number} from when it was asked
 * @property {number} to
 */

/** The run is over for clients. */
export class Stopped extends Error {}

/** Asks whichever API process is there, and asks again where none answers, as a good client does. */
export class Client {
  #site;
  #random;
  isStopped = false;
  /** What clients met on the way: answers by status, and requests without any. @type {Record<string, number>} */
  troubles = {};
  /** Requests that nobody answered in time. @type {{ at: number, url: string, call: string }[]} */
  silences = [];
  /** The same, each with its time. @type {Failure[]} */
  failures = [];
  answered = 0;

  /**
   * @param {import('../services/site.js').Site} site
   * @param {import('../random.js').Random} random
   */
  constructor(site, random) {
    this.#site = site;
    this.#random = random;
  }

  /**
   * @param {Call} call
   * @returns {Promise<Answer>} the first that is neither a failure of the server nor a key in use
   * @throws {Stopped}
   */
  async call(call) {
    const key = call.isIdempotent ? randomUUID() : undefined;
    const giveUpAt = Date.now() + PATIENCE;
    for (let attempts = 1; !this.isStopped && Date.now() < giveUpAt; attempts += 1) {
      const answer = await this.#attempt(call, key);
      if (answer && !isPassing(answer)) return { ...answer, attempts };
      await sleep(RETRY_PAUSE);
    }
    throw new Stopped(`Nobody answered ${call.method} ${call.path}`);
  }

  /**
   * @param {Call} call
   * @param {string | undefined} key
   */
  async #attempt({ method, path, body, token, device }, key) {
    const urls = this.#site.apiUrls;
    if (urls.length === 0) return undefined;
    const url = this.#random.pick(urls);
    const from = Date.now();
    const service = this.#site.serviceAt(url);
    const note = (trouble) => {
      this.#note(trouble);
      this.failures.push({ service, what: `${method} ${path}: ${trouble}`, from, to: Date.now() });
    };
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(key && { 'idempotency-key': key }),
          ...(body && { 'content-type': 'application/json' }),
          'user-agent': device ?? 'chaos',
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_LIMIT),
      });
      const text = await response.text();
      const answer = { status: response.status, body: text ? JSON.parse(text) : undefined };
      this.answered += 1;
      if (isPassing(answer)) note(String(answer.body?.code ?? answer.status));
      return answer;
    } catch (error) {
      if (error.name === 'TimeoutError') this.silences.push({ at: Date.now(), url, call: `${method} ${path}` });
      note(error.name === 'TimeoutError' ? 'no answer' : 'connection lost');
      return undefined;
    }
  }

  /** @param {string} trouble */
  #note(trouble) {
    this.troubles[trouble] = (this.troubles[trouble] ?? 0) + 1;
  }
}

const isPassing = ({ status, body }) => PASSING.has(status) || body?.code === 'IDEMPOTENCY_KEY_IN_USE';
