import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, startProcess } from '../../bench/processes.js';

/** Milliseconds. */
const RESTART_PAUSE = 500;
const READY_POLL = 100;
/** So many processes that do not start, one after the other, are too many, whatever is away. */
const MAX_FAILURES = 40;
/** Of what they printed, the end is told. */
const TOLD = 1_000;

/**
 * @typedef {object} SlotParts
 * @property {string} name such as `worker 1`
 * @property {URL} script
 * @property {(process: string) => Promise<{ url: string, environment: Record<string, string> }>} settings of the next
 *   process, and where its probes are answered
 * @property {{ cleanup: import('../../bench/cleanup.js').Cleanup, directory: string, logs: string }} place
 * @property {(death: Death) => void} onDeath
 */

/**
 * A process that ended without being told to.
 * @typedef {object} Death
 * @property {string} process
 * @property {boolean} wasStarted
 * @property {string} how
 * @property {number} bornAt
 * @property {number} at
 */

/** A place for one process: another one takes it when the last one has gone, as under any supervisor. */
export class Slot {
  #parts;
  #count = 0;
  #isClosed = false;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #told = new Set();
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** The process that has the place now, and where it answers; without URL while it starts. */
  process = '';
  /** @type {string | undefined} */
  url;

  /** @param {SlotParts} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  get name() {
    return this.#parts.name;
  }

  /**
   * Resolves once a process is ready; one that cannot start is followed by another.
   * @throws {Error} when that goes on for too long
   */
  async start() {
    for (let failures = 0; !this.#isOver && !(await this.#startOnce()); failures += 1) {
      if (failures === MAX_FAILURES) throw await this.#complaint();
      await sleep(RESTART_PAUSE);
    }
  }

  async #complaint() {
    const printed = await readFile(this.#log, 'utf8');
    return new Error(`${this.name} does not start. It said last:\n${printed.slice(-TOLD)}`);
  }

  get #log() {
    const { name, place } = this.#parts;
    return join(place.logs, `${name.replace(' ', '-')}.log`);
  }

  get #isOver() {
    return this.#isClosed || this.#parts.place.cleanup.isOver;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') this.#told.add(this.#child);
    this.#child?.kill(signal);
  }

  /** Resolves when the process of this moment has ended, with its exit code, or null after a signal. */
  ended() {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child?.exitCode ?? null);
    return once(child, 'exit').then(([code]) => code);
  }

  /** Nothing takes the place any more. */
  close() {
    this.#isClosed = true;
  }

  async #startOnce() {
    this.url = undefined;
    this.#count += 1;
    const { name, script, settings, place } = this.#parts;
    this.process = `${name}, process ${this.#count}`;
    const { url, environment } = await settings(this.process);
    if (this.#isOver) return false;
    const output = openSync(this.#log, 'a');
    const child = startProcess(script, { ...place, environment, output });
    closeSync(output);
    this.#child = child;
    this.#watch(child);
    try {
      await messageOf(child, this.process);
      await isReady(url, child);
      if (hasEnded(child)) return false;
      this.url = url;
      return true;
    } catch {
      return false;
    }
  }

  /** @param {import('node:child_process').ChildProcess} child */
  #watch(child) {
    const life = { process: this.process, bornAt: Date.now() };
    let wasStarted = false;
    child.once('message', () => (wasStarted = true));
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.url = undefined;
      if (this.#isOver || this.#told.has(child)) return;
      this.#parts.onDeath({ ...life, wasStarted, how: signal ?? `exit code ${code}`, at: Date.now() });
      // Died by itself while it had the place: somebody has to start the next one.
      if (wasStarted && this.#child === child) this.start().catch(() => undefined);
    });
  }
}

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

/** Waits until it says that it can do its work, or has ended. */
async function isReady(url, child) {
  while (!hasEnded(child)) {
    const isOk = await fetch(`${url}/readiness`, { signal: AbortSignal.timeout(5_000) }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    if (isOk) return;
    await sleep(READY_POLL);
  }
}
