import { once } from 'node:events';
import { messageOf, startProcess } from '../processes.js';

const SCRIPT = new URL('sink.js', import.meta.url);

/** The mail server that takes everything, in a process of its own. */
export class Sink {
  /** @param {{ cleanup: import('../cleanup.js').Cleanup, directory: string }} place */
  static async start(place) {
    const child = startProcess(SCRIPT, { ...place, environment: {} });
    const { port } = await messageOf(child, 'sink');
    return new Sink(child, port);
  }

  constructor(child, port) {
    this.child = child;
    this.url = `smtp://127.0.0.1:${port}`;
    /** @type {Map<string, () => void>} */
    this.awaited = new Map();
    child.on('message', ({ arrived }) => {
      this.awaited.get(arrived)?.();
      this.awaited.delete(arrived);
    });
  }

  /** Resolves with the first mail to the address, which begins with `probe-`. @param {string} address */
  async arrival(address) {
    return new Promise((resolve) => {
      this.awaited.set(address, resolve);
    });
  }

  /** Counts from nothing again. */
  async reset() {
    return this.ask('reset');
  }

  /**
   * How many mails came, how many of them to followers, and in how many seconds from the first to the last.
   * @returns {Promise<{ received: number, to: number, seconds: number }>}
   */
  async count() {
    return this.ask('count');
  }

  async ask(question) {
    this.child.send(question);
    for (;;) {
      const [answer] = await once(this.child, 'message');
      if ('received' in answer) return answer;
    }
  }
}
