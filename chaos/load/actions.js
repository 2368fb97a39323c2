import { randomUUID } from 'node:crypto';

/** Not on the list of common ones. */
export const PASSWORD = 'a horse that no stable keeps';
/** Seconds until a scheduled post is to appear. */
const SCHEDULE = [2, 10];

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} email
 * @property {string} token
 */

/** What clients do. Each step that was answered with 2xx is written down, as somebody relies on it. */
export class Actions {
  #client;
  #ledger;
  #random;

  /**
   * @param {import('./client.js').Client} client
   * @param {import('./ledger.js').Ledger} ledger
   * @param {import('../random.js').Random} random
   */
  constructor(client, ledger, random) {
    this.#client = client;
    this.#ledger = ledger;
    this.#random = random;
  }

  /**
   * @param {string} role what the address begins with
   * @returns {Promise<{ id: string, email: string } | undefined>}
   */
  async signUp(role) {
    const email = `${role}-${randomUUID()}@example.com`;
    const call = { method: 'POST', path: '/users', body: { email, password: PASSWORD }, isIdempotent: true };
    const answer = await this.#ask(call, 201);
    if (!answer) return undefined;
    const account = { id: answer.body.id, email };
    this.#ledger.accounts.push(account);
    return account;
  }

  /**
   * @param {{ id: string, email: string }} account
   * @param {string} [device] another one than before is told by mail
   * @returns {Promise<Person | undefined>}
   */
  async signIn({ id, email }, device) {
    const body = { username: email, password: PASSWORD };
    const answer = await this.#ask({ method: 'POST', path: '/auth/login', body, device }, 200);
    if (!answer) return undefined;
    const token = answer.body.access_token;
    this.#ledger.sessions.push({ id: claimsOf(token).sid, userId: id, isNewDevice: device !== undefined });
    return { id, email, token };
  }

  /**
   * Follows the link in the first mail, without which an account gets no mails about posts.
   * @param {{ id: string }} account
   * @param {string} token
   */
  async verify({ id }, token) {
    if (await this.#ask({ method: 'POST', path: '/auth/email/verify', body: { token } }, 204))
      this.#ledger.verifications.push({ id });
  }

  /** @param {{ author: Person, follower: Person }} pair */
  async follow({ author, follower }) {
    const call = { method: 'PUT', path: `/users/${author.id}/subscription`, token: follower.token };
    if (await this.#ask(call, 204)) this.#ledger.subscriptions.push({ authorId: author.id, subscriberId: follower.id });
  }

  /** @param {{ email: string }} account */
  async forget({ email }) {
    if (await this.#ask({ method: 'POST', path: '/auth/password/forgot', body: { email } }, 202))
      this.#ledger.requests.push({ type: 'PasswordResetRequested', kind: 'password-reset', email });
  }

  /** @param {{ email: string }} account */
  async resend({ email }) {
    if (await this.#ask({ method: 'POST', path: '/auth/email/resend', body: { email } }, 202))
      this.#ledger.requests.push({ type: 'VerificationRequested', kind: 'verify', email });
  }

  /**
   * @param {Person} author
   * @param {'now' | 'in two steps' | 'later' | 'never'} when it is published
   */
  async write(author, when) {
    const title = `Chaos ${randomUUID()}`;
    const content = `It was written ${when}.`;
    const [from, to] = SCHEDULE;
    const publication = {
      now: { published: true },
      later: { publishAt: new Date(Date.now() + 1_000 * this.#random.between(from, to)).toISOString() },
    }[when];
    const body = { title, content, ...publication };
    const call = { method: 'POST', path: '/posts', body, token: author.token, isIdempotent: true };
    const answer = await this.#ask(call, 201);
    if (!answer) return;
    const post = { id: answer.body.id, title, content, authorId: author.id, isPublic: publication !== undefined };
    this.#ledger.posts.push(post);
    if (when === 'in two steps') await this.#publish(author, post);
    if (when === 'never') await this.#edit(author, post);
  }

  /** Has no key: where the answer to a first attempt was lost, the second finds it published. */
  async #publish({ token }, post) {
    const call = { method: 'POST', path: `/posts/${post.id}/publish`, body: {}, token };
    post.isPublic = Boolean(await this.#ask(call, 200, 'POST_STATE_CONFLICT'));
    if (post.isPublic) return;
    const read = await this.#ask({ method: 'GET', path: `/posts/${post.id}`, token }, 200);
    post.isPublic = read?.body.status === 'published';
  }

  async #edit({ token }, { id }) {
    const excerpt = `Excerpt ${randomUUID()}`;
    const call = { method: 'PATCH', path: `/posts/${id}`, body: { excerpt }, token };
    if (await this.#ask(call, 200)) this.#ledger.edits.push({ id, excerpt });
  }

  /**
   * @param {import('./client.js').Call} call
   * @param {number} expected status
   * @param {string} [excuse] a code that may come in its place after an attempt whose answer was lost
   */
  async #ask(call, expected, excuse) {
    const answer = await this.#client.call(call);
    if (answer.status === expected) return answer;
    if (excuse === undefined || answer.body?.code !== excuse || answer.attempts === 1)
      this.#ledger.refusals.push(
        `${call.method} ${call.path}: ${answer.status} ${answer.body?.code} at attempt ${answer.attempts}`,
      );
    return undefined;
  }
}

/** @param {string} token */
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
