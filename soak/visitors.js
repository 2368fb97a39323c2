import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { PASSWORD } from '../chaos/load/actions.js';
import { Stopped } from '../chaos/load/client.js';

const VISITORS = 8;
/** Milliseconds between two visits. */
const THINKING = [30, 400];
/** Milliseconds that somebody listens to live events. */
const LISTENING = [300, 6_000];
const ANSWER_LIMIT = 30_000;
/** Of what is sent, more than is read. */
const TOO_MUCH = 'x'.repeat(1_100_000);

/** Asked by everybody, each with the statuses that are right. */
const PAGES = [
  ['/api/v1/posts?limit=20', 200],
  ['/api/v1/posts?limit=5&count=exact&sort=-title', 200],
  ['/api/v1/posts?q=chaos%20written', 200],
  ['/api/v1/posts?fields=id,title&limit=100', 200],
  ['/api/v1/tags', 200],
  ['/feed.xml', 200],
  ['/', 200],
  ['/status', 200],
  ['/api/v1/openapi.json', 200],
];

/** What cannot succeed. @type {[string, RequestInit, number][]} */
const NONSENSE = [
  ['/api/v1/posts?sort=id;select', {}, 422],
  ['/api/v1/nothing', {}, 404],
  ['/api/v1/posts/%ff', {}, 400],
  ['/api/v1/users/me', { headers: { authorization: 'Bearer nonsense' } }, 401],
  ['/api/v1/posts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"title":' }, 400],
  ['/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' }, 422],
  ['/api/v1/auth/login', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' }, 415],
  ['/api/v1/auth/refresh', { method: 'POST', headers: { 'content-type': 'application/json' }, body: TOO_MUCH }, 413],
];

const VISITS = [
  { name: 'page', weight: 50 },
  { name: 'post', weight: 20 },
  { name: 'nonsense', weight: 14 },
  { name: 'break off', weight: 6 },
  { name: 'listen', weight: 5 },
  { name: 'socket', weight: 5 },
  { name: 'session', weight: 6 },
];

/** Readers, listeners, people who come and go, and some who send nonsense. */
export class Visitors {
  #site;
  #client;
  #actions;
  #random;
  /** @type {import('../chaos/load/client.js').Failure[]} */
  failures = [];
  answered = 0;

  /**
   * @param {import('../chaos/services/site.js').Site} site
   * @param {import('../chaos/load/client.js').Client} client
   * @param {import('../chaos/load/actions.js').Actions} actions
   * @param {import('../chaos/random.js').Random} random
   */
  constructor(site, client, actions, random) {
    this.#site = site;
    this.#client = client;
    this.#actions = actions;
    this.#random = random;
  }

  /** Until the client is stopped. */
  async run() {
    await Promise.all(Array.from({ length: VISITORS }, () => this.#live()));
  }

  async #live() {
    while (!this.#client.isStopped) {
      await sleep(this.#random.between(...THINKING));
      try {
        await this.#visit(this.#random.pickWeighted(VISITS).name);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    }
  }

  /** @param {string} name */
  async #visit(name) {
    if (name === 'session') return this.#comeAndGo();
    const url = this.#random.pick(this.#site.apiUrls);
    if (!url) return;
    if (name === 'page') {
      const [path, expected] = this.#random.pick(PAGES);
      await this.#ask(url, path, {}, [expected]);
    } else if (name === 'post') await this.#readPost(url);
    else if (name === 'nonsense') {
      const [path, init, expected] = this.#random.pick(NONSENSE);
      await this.#ask(url, path, init, [expected]);
    } else if (name === 'break off') await this.#breakOff(url);
    else if (name === 'listen') await this.#listen(url);
    else await this.#openSocket(url);
  }

  /** @param {string} url */
  async #readPost(url) {
    const list = await this.#ask(url, '/api/v1/posts?limit=10', {}, [200]);
    const post = list && this.#random.pick(JSON.parse(list.text).items);
    if (!post) return;
    // Somebody may have taken it back, or moved it, meanwhile.
    const answer = await this.#ask(url, `/api/v1/posts/${post.slug}`, {}, [200, 301, 404]);
    const etag = answer?.headers.get('etag');
    if (etag)
      await this.#ask(url, `/api/v1/posts/${post.slug}`, { headers: { 'if-none-match': etag } }, [200, 304, 404]);
    await this.#ask(url, `/api/v1/posts/${post.slug}?format=html`, {}, [200, 301, 404]);
  }

  /** Signs up, in and out, follows and leaves again. */
  async #comeAndGo() {
    const account = await this.#actions.signUp('visitor');
    if (!account) return;
    const login = { username: account.email, password: PASSWORD };
    const { status, body } = await this.#client.call({ method: 'POST', path: '/auth/login', body: login });
    if (status !== 200) return;
    const { access_token: token, refresh_token: refreshToken } = body;
    await this.#client.call({ method: 'GET', path: '/users/me', token });
    await this.#client.call({ method: 'POST', path: '/auth/refresh', body: { refresh_token: refreshToken } });
    await this.#client.call({ method: 'GET', path: '/auth/sessions', token });
    await this.#client.call({ method: 'POST', path: '/auth/logout', token });
  }

  /** Who does not wait for the answer. @param {string} url */
  async #breakOff(url) {
    const signal = AbortSignal.timeout(this.#random.between(1, 30));
    await fetch(`${url}/api/v1/posts?limit=100&count=exact`, { signal }).then(
      (answer) => answer.text().catch(() => ''),
      () => undefined,
    );
  }

  /** @param {string} url */
  async #listen(url) {
    const signal = AbortSignal.timeout(this.#random.between(...LISTENING));
    try {
      const answer = await fetch(`${url}/api/v1/events`, { signal });
      for await (const chunk of answer.body) this.answered += chunk.length > 0 ? 0 : 1;
    } catch {
      // Its end is the only one there is.
    }
  }

  /** @param {string} url */
  async #openSocket(url) {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/ws`);
    socket.on('error', () => undefined);
    socket.on('open', () => socket.send('{"event": "authenticate", "data": {"token": "nonsense"}}'));
    await sleep(this.#random.between(...LISTENING));
    if (this.#random.next() < 0.5) socket.terminate();
    else socket.close();
  }

  /**
   * @param {string} url
   * @param {string} path
   * @param {RequestInit} init
   * @param {number[]} expected
   */
  async #ask(url, path, init, expected) {
    const from = Date.now();
    const service = this.#site.serviceAt(url);
    // It has gone since the visit began: nobody is sent there any more.
    if (!service) return undefined;
    const fail = (what) =>
      this.failures.push({ service, what: `${init.method ?? 'GET'} ${path}: ${what}`, from, to: Date.now() });
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT);
      const answer = await fetch(url + path, { redirect: 'manual', signal, ...init });
      const text = await answer.text();
      this.answered += 1;
      if (!expected.includes(answer.status)) fail(`${answer.status}`);
      return answer.status === 200 ? { headers: answer.headers, text } : undefined;
    } catch (error) {
      // A server may hang up on who sends more than it reads.
      if (init.body !== TOO_MUCH) fail(error.name === 'TimeoutError' ? 'no answer' : 'connection lost');
      return undefined;
    }
  }
}
