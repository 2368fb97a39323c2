import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { freePort, until } from './program.js';

const isInstalled = spawnSync('redis-server', ['--version']).status === 0;
export const isRedisThere = isInstalled || Boolean(process.env['REDIS_URL']);

/** Suites that need Redis; skipped, and said so, where there is none, unless REQUIRE_REDIS=1. */
export const describeWithRedis = isRedisThere || process.env['REQUIRE_REDIS'] === '1' ? describe : describe.skip;

/** A Redis of the test's own where `redis-server` is installed, that of REDIS_URL otherwise. */
export class TestRedis {
  private constructor(
    readonly url: string,
    private child?: ChildProcess,
  ) {}

  static async start(): Promise<TestRedis> {
    if (!isRedisThere)
      throw new Error('REQUIRE_REDIS=1, but there is neither a redis-server on the PATH nor a REDIS_URL');
    if (!isInstalled) return new TestRedis(process.env['REDIS_URL'] ?? '');
    const port = await freePort();
    return new TestRedis(`redis://127.0.0.1:${port}`, await startRedisServer(port));
  }

  /** Comes back on the same port after `stop`, with nothing in it. */
  async startAgain(): Promise<void> {
    this.child = await startRedisServer(Number(new URL(this.url).port));
  }

  async stop(): Promise<void> {
    if (!this.child || this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child?.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** One that keeps nothing on the disk, and answers. */
export async function startRedisServer(port: number, ...options: string[]): Promise<ChildProcess> {
  const inMemory = ['--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...inMemory, ...options]);
  await until(() => answers(port));
  return child;
}

export const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
  });
