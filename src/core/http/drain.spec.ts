import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drain } from './drain.js';

describe('drain', () => {
  let server: Server;
  let port: number;
  const agent = new Agent({ keepAlive: true });

  beforeEach(async () => {
    server = createServer((_request, response) => response.end('served'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => {
    server.closeAllConnections();
    agent.destroy();
  });

  const ask = (options: object = {}): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, ...options }, (answer) => {
        answer.resume().on('end', () => resolve(answer));
      }).on('error', reject);
    });

  it('answers on old and new connections, ends each with its answer, and takes none in the end', async () => {
    expect((await ask({ agent })).headers.connection).toBe('keep-alive');
    const drained = drain(server);
    for (const options of [{ agent }, {}]) {
      const answer = await ask(options);
      expect([answer.statusCode, answer.headers.connection]).toEqual([200, 'close']);
    }
    await drained;
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  /** Asks again and again until the port is closed: when the last answer was given. */
  async function askUntilClosed(path: string): Promise<number> {
    for (let last = performance.now(); ; last = performance.now()) {
      const answer = await ask({ path }).catch(() => undefined);
      if (!answer) return last;
    }
  }

  it('serves those who keep coming, for as long as it is told', async () => {
    const started = performance.now();
    const answered = Promise.all(Array.from({ length: 20 }, async () => askUntilClosed('/posts')));
    await drain(server, 1_500);
    expect(Math.max(...(await answered)) - started).toBeGreaterThan(1_400);
  });

  it('does not wait for those who ask how it is', async () => {
    const started = performance.now();
    const answered = askUntilClosed('/readiness');
    await drain(server);
    expect(performance.now() - started).toBeLessThan(4_000);
    await answered;
  });

  it('waits for an idle connection no longer than a second', async () => {
    await ask({ agent });
    const started = performance.now();
    await drain(server);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(server.listening).toBe(false);
  });
});
