import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds for a process to say or do what is waited for; a first `npm start` beside other suites on two slow cores is
 * the slowest. How fast it is otherwise is measured in `bench`.
 */
const PATIENCE = 110_000;

/** A process of the built product, as an operator starts it. */
export class Program {
  readonly child: ChildProcess;
  output = '';
  private readonly ended: Promise<number | NodeJS.Signals>;

  constructor(
    entry: string,
    environment: NodeJS.ProcessEnv,
    // A file descriptor instead of `output`.
    { args = [], stdout = 'pipe' }: { args?: string[]; stdout?: number | 'pipe' } = {},
  ) {
    // Nothing of the surroundings but the path: a setting that is set there must not reach the test.
    const env = { PATH: process.env['PATH'], ...environment };
    this.child = spawn(process.execPath, [entry, ...args], { env, stdio: ['pipe', stdout, 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((resolve) =>
      this.child.once('exit', (code, signal) => resolve(signal ?? code ?? Number.NaN)),
    );
  }

  /** Resolves once it has printed this. */
  async says(text: string): Promise<void> {
    await until(
      () => this.output.includes(text),
      () => `It did not say "${text}" but:\n${this.output}`,
    );
  }

  /** @returns the exit code, or the signal that ended it */
  async end(): Promise<number | NodeJS.Signals> {
    const timeout = sleep(PATIENCE, undefined, { ref: false }).then(() => {
      throw new Error(`It did not end; it said:\n${this.output}`);
    });
    return Promise.race([this.ended, timeout]);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.end();
  }
}

/** Waits until the condition holds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  complaint: () => string = () => 'It did not happen in time',
): Promise<void> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(50)) if (await condition()) return;
  throw new Error(complaint());
}

/** A port on which nothing listens now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
