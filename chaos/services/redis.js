import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis as Client } from 'ioredis';

/** A Redis that forgets everything when it ends: what the product keeps there it must be able to lose. */
export class Redis {
  name = 'redis';
  #port;
  #isClosed = false;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  get url() {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** @param {import('../../bench/cleanup.js').Cleanup} cleanup */
  async create(cleanup) {
    cleanup.defer(async () => {
      this.#isClosed = true;
      await this.kill('SIGKILL');
    });
    await this.start();
  }

  async start() {
    if (this.#isClosed) return;
    this.#child = spawn(
      'redis-server',
      ['--port', String(this.#port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore' },
    );
    while (!this.#isClosed && !(await this.#ask((client) => client.ping()).catch(() => undefined))) await sleep(50);
  }

  /** @param {NodeJS.Signals} signal */
  async kill(signal) {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  pause() {
    this.#child.kill('SIGSTOP');
  }

  resume() {
    this.#child.kill('SIGCONT');
  }

  async forget() {
    await this.#ask((client) => client.flushall());
  }

  /**
   * @template T
   * @param {(client: Client) => Promise<T>} question
   */
  async #ask(question) {
    const client = new Client(this.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}
