import { setTimeout as sleep } from 'node:timers/promises';
import { Actions } from './actions.js';
import { Stopped } from './client.js';

const AUTHORS = 4;
const FOLLOWERS = 12;
/** Each author has so many of them. */
const FOLLOWING = 5;
/** Clients that do one thing after the other. */
const CLIENTS = 6;
/** Milliseconds between two things. */
const THINKING = [100, 900];
/** Another program and system than those of the sign-ins before. */
const OTHER_DEVICE = 'Mozilla/5.0 (X11; Linux x86_64) Firefox';

const THINGS = [
  { name: 'sign up', weight: 4 },
  { name: 'write', weight: 3 },
  { name: 'forget', weight: 1 },
  { name: 'new device', weight: 1 },
];

/** People who do not stop while everything around them falls over. */
export class Load {
  #client;
  #random;
  #actions;
  /** @type {import('./actions.js').Person[]} */
  #authors = [];

  /**
   * @param {import('./client.js').Client} client
   * @param {import('./ledger.js').Ledger} ledger
   * @param {import('../random.js').Random} random
   */
  constructor(client, ledger, random) {
    this.#client = client;
    this.#random = random;
    this.#actions = new Actions(client, ledger, random);
  }

  /**
   * Authors and those who follow them, before anything breaks.
   * @param {import('../mail-server/log.js').MailLog} log where they find their mail
   */
  async prepare(log) {
    const join = async (role) => this.#actions.signIn(await this.#actions.signUp(role));
    const people = await Promise.all(
      Array.from({ length: AUTHORS + FOLLOWERS }, (_, index) => join(index < AUTHORS ? 'author' : 'follower')),
    );
    this.#authors = people.slice(0, AUTHORS);
    for (const author of this.#authors)
      for (const follower of this.#random.shuffle(people.slice(AUTHORS)).slice(0, FOLLOWING))
        await this.#actions.follow({ author, follower });
    await Promise.all(people.slice(AUTHORS).map((follower) => this.#verify(follower, log)));
  }

  async #verify(follower, log) {
    while (!log.firstTo(follower.email)) await sleep(100);
    await this.#actions.verify(follower, log.firstTo(follower.email).token);
  }

  /** Until the client is stopped. */
  async run() {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#live()));
  }

  /** Whether somebody can write. @param {string} name of the probe */
  async probe(name) {
    return this.#actions.signUp(`probe-${name}`);
  }

  async #live() {
    while (!this.#client.isStopped) {
      await sleep(this.#random.between(...THINKING));
      try {
        await this.#doSomething();
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    }
  }

  async #doSomething() {
    const { name } = this.#random.pickWeighted(THINGS);
    if (name === 'write') {
      const when = this.#random.pick(['now', 'now', 'in two steps', 'later', 'never']);
      return this.#actions.write(this.#random.pick(this.#authors), when);
    }
    const account = await this.#actions.signUp('reader');
    if (!account) return;
    if (name === 'forget') {
      await this.#actions.forget(account);
      await this.#actions.resend(account);
    } else if (name === 'new device') {
      await this.#actions.signIn(account);
      await this.#actions.signIn(account, OTHER_DEVICE);
    }
  }
}
