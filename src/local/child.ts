import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Milliseconds that a child has after SIGTERM; its own SHUTDOWN_TIMEOUT comes first. */
const STOP_TIMEOUT = 40_000;

/** One process of the product, started and stopped with the launcher. */
export class Child {
  private readonly process: ChildProcess;
  /** Resolves with a description of how it ended. */
  readonly ended: Promise<string>;

  constructor(
    readonly name: string,
    entry: URL,
    environment: NodeJS.ProcessEnv,
  ) {
    this.process = fork(fileURLToPath(entry), { env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ended = new Promise((resolve) => {
      this.process.once('error', (error) => resolve(error.message));
      this.process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /** Resolves when it answers, rejects when it ends before. */
  async started(): Promise<void> {
    const started = new Promise<'started'>((resolve) => this.process.once('message', () => resolve('started')));
    const outcome = await Promise.race([started, this.ended]);
    if (outcome !== 'started') throw new Error(`The ${this.name} did not start (${outcome})`);
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_TIMEOUT);
    await this.ended;
    clearTimeout(timer);
  }
}
