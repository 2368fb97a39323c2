import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { curlOf } from './curl.js';
import { bytesOf } from './generation/bodies.js';
import { PEOPLE, requestsTo } from './generation/requests.js';
import { urlOf } from './generation/urls.js';
import { People } from './site/people.js';
import { World } from './site/world.js';
import { forge } from './site/forgeries.js';
import { contentFault, trespassOf } from './verdict/access.js';
import { parsed } from './verdict/contract.js';
import { leakOf } from './verdict/leaks.js';

/** @typedef {import('./site/people.js').Person} Person */
/** @typedef {import('./site/http.js').Message} Message */
/** @typedef {import('./site/http.js').Answer} Answer */

/** Requests at the same time. */
const LANES = 8;
/** Tries to make a request smaller that shows a fault. */
const SHRINKS = 120;
/** Milliseconds that the slowest answer may take; the product itself gives up after fifteen seconds. */
const SLOW = 10_000;
/** Bytes beyond which a server may close a connection without having read all that it is sent. */
const UNREAD = { body: 1_048_576, headers: 14_000 };
/** For an answer under way that says why somebody is not who they were. */
const AFTERMATH = 300;

/** Something that must not be. */
class Finding extends Error {
  /**
   * @param {string} kind
   * @param {string} where
   * @param {string} detail
   * @param {string} curl
   */
  constructor(kind, where, detail, curl) {
    super(`${kind}: ${where}: ${detail}`);
    Object.assign(this, { kind, where, detail, curl, count: 1 });
  }

  get key() {
    return `${this.kind} ${this.where} ${this.detail.slice(0, 60)}`;
  }
}

/** Sends what is generated, and judges what comes back. */
export class Hunt {
  #site;
  #contract;
  #operations;
  #people;
  #world;
  /** The last that were sent, for when the process dies. @type {Set<string>} */
  #underWay = new Set();
  /** @type {Map<string, Finding>} */
  findings = new Map();
  /** Roles that accounts have had by right. @type {Map<string, Set<string>>} */
  grants = new Map();
  /** @type {Record<string, number>} */
  statuses = {};
  served = new Set();
  forged = { tried: 0, accepted: 0 };
  sent = 0;
  slowest = { milliseconds: 0, where: '' };

  /**
   * @param {import('./site/site.js').Site} site
   * @param {import('./verdict/contract.js').Contract} contract
   * @param {import('./operations.js').Operation[]} operations
   */
  constructor(site, contract, operations) {
    this.#site = site;
    this.#contract = contract;
    this.#operations = operations;
    this.#people = new People(site);
    this.#world = new World(this.#people);
    for (const id of site.postIds) this.#world.add('post', id);
    for (const id of site.mailIds) this.#world.add('mail', id);
    for (const id of site.bulkMailIds) this.#world.add('bulk-mail', id);
  }

  get owners() {
    return this.#world.owners;
  }

  /**
   * @param {number} requests
   * @param {number} seed
   */
  async run(requests, seed) {
    for (const name of PEOPLE) await this.#people.get(name);
    const share = Math.ceil(requests / LANES);
    await Promise.all(Array.from({ length: LANES }, (_, lane) => this.#lane(share, seed * LANES + lane)));
  }

  /**
   * @param {number} requests
   * @param {number} seed
   */
  async #lane(requests, seed) {
    const arbitrary = requestsTo(this.#operations);
    for (let [left, round] = [requests, 0]; left > 0 && !this.#site.exit; round += 1) {
      const shrinking = { key: undefined, left: SHRINKS };
      const property = fc.asyncProperty(arbitrary, (description) => this.#check(description, shrinking));
      const { numRuns, failed, errorInstance } = await fc.check(property, {
        seed: seed + round * 7_919,
        numRuns: left,
      });
      left -= numRuns;
      if (failed) this.#keep(errorInstance);
    }
  }

  /** @param {unknown} found */
  #keep(found) {
    if (!(found instanceof Finding)) throw found;
    this.findings.set(found.key, Object.assign(found, { count: this.findings.get(found.key)?.count ?? 1 }));
  }

  /**
   * Fails where there is something new, and then only where that very thing is found again in what is smaller.
   * @param {import('./generation/requests.js').Description} description
   * @param {{ key?: string, left: number }} shrinking
   */
  async #check(description, shrinking) {
    if (this.#site.exit || (shrinking.key && (shrinking.left -= 1) < 0)) return;
    const found = await this.#attempt(description);
    if (!found) return;
    const known = this.findings.get(found.key);
    if (known && found.key !== shrinking.key) {
      known.count += 1;
      return;
    }
    if (shrinking.key && found.key !== shrinking.key) return;
    shrinking.key = found.key;
    this.findings.set(found.key, found);
    throw found;
  }

  /**
   * @param {import('./generation/requests.js').Description} description
   * @returns {Promise<Finding | undefined>}
   */
  async #attempt(description) {
    const person = await this.#people.get(description.sender.as);
    if (person.id) this.#grant(person.id, person.role);
    const message = this.#messageOf(description, person);
    const curl = curlOf(this.#site.url, message, person);
    const fault = await this.#exchange(description, person, message, curl);
    return fault && new Finding(fault.kind, fault.where ?? description.operation.name, fault.detail, curl);
  }

  /**
   * @param {import('./generation/requests.js').Description} description
   * @param {Person} person
   * @returns {Message}
   */
  #messageOf({ operation, method, sender, target, headers: extra, body }, person) {
    const resolve = this.#world.resolver(person);
    const proof = this.#proof(sender.credential, person);
    const path = urlOf(operation, target, resolve);
    const url = proof.query ? `${path}${path.includes('?') ? '&' : '?'}${proof.query}` : path;
    const headers = [...proof.headers, ...extra];
    if (!body) return { method, url, headers };
    headers.push(['Content-Type', body.type]);
    if (body.coding) headers.push(['Content-Encoding', body.coding]);
    return { method, url, headers, body: bytesOf(body, resolve) };
  }

  #proof(credential, person) {
    if (credential === 'none') return { headers: [] };
    if (credential === 'token') return { headers: [['Authorization', `Bearer ${person.token}`]] };
    const otherId = [...this.#people.all.keys()].find((id) => id !== person.id);
    const { token, refreshToken } = person;
    return forge(credential, { token, refreshToken, otherId, secret: this.#site.secret });
  }

  async #exchange(description, person, message, curl) {
    this.sent += 1;
    this.#underWay.add(curl);
    try {
      return await this.#judge(description, person, message, await this.#site.send(message));
    } catch (error) {
      if (this.#site.exit)
        return { kind: 'crash', where: 'API', detail: [this.#site.exit, ...this.#underWay].join('\n  ') };
      return mayBeUnread(message) ? undefined : { kind: 'no answer', detail: error.message };
    } finally {
      this.#underWay.delete(curl);
    }
  }

  /**
   * @param {import('./generation/requests.js').Description} description
   * @param {Person} person
   * @param {Message} message
   * @param {Answer} answer
   */
  async #judge(description, person, message, answer) {
    const { status, milliseconds } = answer;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    const operation = this.#contract.operationAt(message.method, message.url);
    if (milliseconds > this.slowest.milliseconds) this.slowest = { milliseconds, where: description.operation.name };
    const { credential } = description.sender;
    const isProven = credential === 'token';
    const isForged = !isProven && credential !== 'none';
    const body = parsed(answer.text);
    const isServed = status >= 200 && status < 400;
    const attempt = operation && { operation, person, isProven, url: message.url, owners: this.owners };
    if (isForged && operation?.isGuarded) this.forged.tried += 1;
    this.#notice(attempt, answer, body);
    if (status >= 500) return { kind: '5xx', detail: `${status} ${answer.text.slice(0, 300)}` };
    if (milliseconds > SLOW) return { kind: 'slow', detail: `${(milliseconds / 1_000).toFixed(1)} s` };
    const leak = leakOf(message, answer, this.#secrets());
    if (leak) return { kind: 'leak', detail: leak };
    const fault = this.#contract.faultOf(message.method, operation, answer);
    if (fault) return { kind: 'schema', detail: `${status}: ${fault}` };
    if (!attempt || !isServed) return undefined;
    this.served.add(operation.name);
    const trespass = trespassOf(attempt) ?? (status < 300 ? contentFault(body, attempt) : undefined);
    if (!trespass || (await this.#isExplained(person))) return undefined;
    if (isForged) this.forged.accepted += 1;
    return { kind: 'access', where: operation.name, detail: trespass };
  }

  /** Somebody else may have changed what this person is, at the same time. */
  async #isExplained(person) {
    await sleep(AFTERMATH);
    return person.isStale;
  }

  #secrets() {
    return [
      this.#site.secret,
      this.#site.databaseUrl,
      ...[...this.#people.all.values()].slice(-9).map(({ password }) => password),
    ];
  }

  /** Learns from an answer what there is, and who is not who they were. */
  #notice(attempt, { status }, body) {
    if (!attempt) return;
    const { operation, person, isProven } = attempt;
    if (isProven && (status === 401 || body?.code === 'ACCOUNT_DISABLED')) person.isStale = true;
    if (status < 200 || status >= 300) return;
    this.#world.learn(operation, body, person);
    if (isProven && /\/auth\/(?:logout|password|sessions|email)/.test(operation.path) && operation.method !== 'GET')
      person.isStale = true;
    if (person.role === 'admin' && isProven) this.#noticeGrant(body);
  }

  /** What an administrator has made of an account is by right. */
  #noticeGrant(body) {
    if (typeof body?.id !== 'string' || typeof body.role !== 'string') return;
    this.#grant(body.id, body.role);
    const changed = this.#people.all.get(body.id);
    if (changed && (changed.role !== body.role || body.isActive === false)) changed.isStale = true;
  }

  #grant(id, role) {
    this.grants.set(id, (this.grants.get(id) ?? new Set()).add(role));
  }
}

/** @param {Message} message */
const mayBeUnread = ({ headers, url, body }) =>
  (body?.length ?? 0) > UNREAD.body || url.length + headers.flat().join('').length > UNREAD.headers;
