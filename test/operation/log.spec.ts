import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { freePort, Program, until } from '../support/program.js';
import { TestDatabase } from '../support/test-database.js';

const FULL_DISK = '/dev/full';

(existsSync(FULL_DISK) ? describe : describe.skip)('a log on a disk that is full', () => {
  it('costs its lines, and nothing else', async () => {
    const database = await TestDatabase.create();
    const port = await freePort();
    const settings = {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: database.url,
      SECRET_KEY: 'test-key-that-is-long-enough-0123456789',
    };
    const api = new Program('dist/src/main.js', settings, { stdout: openSync(FULL_DISK, 'w') });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    await until(async () => (await status('/health').catch(() => 0)) === 200);
    for (let request = 0; request < 20; request += 1) expect(await status('/api/v1/posts')).toBe(200);
    expect(await status('/readiness')).toBe(200);
    expect(api.output).toBe('');
    await expect(api.stop('SIGTERM')).resolves.toBe(0);
    await database.drop();
  });
});

describe('a log that nobody reads', () => {
  let child: ChildProcess;

  const start = (): ChildProcess => {
    child = fork('test/support/chatter.js', { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    child.stdout?.pause();
    return child;
  };

  afterEach(() => child.kill('SIGKILL'));

  it('holds nobody up, is kept to a bound, and tells what is missing when it is read again', async () => {
    start();
    await once(child, 'message');
    let text = '';
    child.stdout?.on('data', (data: Buffer) => (text += data.toString()));
    child.stdout?.resume();
    await until(() => text.includes('"dropped"'));
    await until(() => text.endsWith('\n'));
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { number?: number; dropped?: number });
    const kept = lines.filter(({ number }) => number !== undefined);
    // In order, from the first one on, and each line whole.
    expect(kept.map(({ number }) => number)).toEqual(kept.map((_line, index) => index));
    const dropped = lines.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
    expect(kept.length + dropped).toBe(200_000);
    expect(dropped).toBeGreaterThan(0);
  });

  it('keeps no process from ending, be its reader stuck or gone', async () => {
    for (const leave of [() => undefined, () => child.stdout?.destroy()]) {
      start();
      await once(child, 'message');
      leave();
      child.send('end');
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });
});
