import { once } from 'node:events';
import { createServer } from 'node:net';
import { Dialogue } from './dialogue.js';
import { MailLog } from './log.js';

/** A mail server with a door for each worker process, so that it knows who sent what. */
export class MailServer {
  log = new MailLog();
  #manners;
  /** @type {Set<Dialogue>} */
  #dialogues = new Set();
  /** @type {import('node:net').Server[]} */
  #doors = [];

  /** @param {import('./manners.js').Manners} manners */
  constructor(manners) {
    this.#manners = manners;
  }

  /**
   * @param {string} worker
   * @returns {Promise<string>} the URL for this process alone
   */
  async doorFor(worker) {
    const door = createServer((socket) => {
      const dialogue = new Dialogue(socket, { manners: this.#manners, log: this.log, worker });
      this.#dialogues.add(dialogue);
      socket.once('close', () => this.#dialogues.delete(dialogue));
    });
    this.#doors.push(door);
    await once(door.listen(0, '127.0.0.1'), 'listening');
    return `smtp://127.0.0.1:${door.address().port}`;
  }

  misbehave() {
    this.#manners.isBad = true;
  }

  /** From now on every mail is taken, but those to addresses that do not exist. */
  behave() {
    this.#manners.isBad = false;
    for (const dialogue of this.#dialogues) dialogue.behave();
  }

  async close() {
    for (const door of this.#doors) door.close();
  }
}
