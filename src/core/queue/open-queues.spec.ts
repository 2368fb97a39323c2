import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { testSettings } from '../../../test/support/test-settings.js';
import { AppLogger } from '../logging/app-logger.js';
import { OpenQueues } from './open-queues.js';

const DATABASE = 'postgres://nobody@127.0.0.1:1/none';

const openQueues = (overrides: NodeJS.ProcessEnv): OpenQueues => {
  const settings = testSettings(DATABASE, overrides);
  return new OpenQueues(settings, new AppLogger(settings));
};

const took = async (work: Promise<unknown>): Promise<number> => {
  const started = Date.now();
  await work;
  return Date.now() - started;
};

const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('OpenQueues', () => {
  let server: Server;
  let url: string;
  const sockets = new Set<Socket>();

  /** Takes connections, and never says a word. */
  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it('connects nowhere before it is asked', async () => {
    const queues = openQueues({ REDIS_URL: `redis://${url}` });
    await queues.onApplicationShutdown();
    expect(sockets.size).toBe(0);
  });

  const GONE: Record<string, () => NodeJS.ProcessEnv> = {
    'a Redis that says nothing': () => ({ REDIS_URL: `redis://${url}` }),
    'a Redis that is not there': () => ({ REDIS_URL: 'redis://127.0.0.1:1' }),
    'a PostgreSQL that says nothing': () => ({ DATABASE_DIRECT_URL: `postgres://nobody@${url}/none` }),
    'a PostgreSQL that is not there': () => ({}),
  };

  // Side by side, as each of them is waited for.
  it('gives those that do not answer two seconds, keeps no connection to them, and stops at once', async () => {
    const outcomes = Object.entries(GONE).map(async ([name, settings]) => {
      const queues = openQueues(settings());
      const question = jest.fn();
      for (let round = 0; round < 2; round += 1) {
        const refusal = refusalOf(queues.ask('emails', question));
        const isInTime = (await took(refusal)) < 2_500;
        expect({ name, isInTime }).toEqual({ name, isInTime: true });
        expect(await refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', headers: { 'retry-after': '5' } });
      }
      expect(question).not.toHaveBeenCalled();
      expect(await took(queues.onApplicationShutdown())).toBeLessThan(500);
    });
    await Promise.all(outcomes);
    expect(outcomes).toHaveLength(4);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(sockets.size).toBe(0);
  });

  it('stops while a question waits for its answer', async () => {
    const queues = openQueues({ REDIS_URL: `redis://${url}` });
    const refusal = refusalOf(queues.ask('emails', jest.fn()));
    expect(await took(queues.onApplicationShutdown())).toBeLessThan(1_500);
    expect(await refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
