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

  it.each([
    { name: 'a Redis that says nothing', settings: () => ({ REDIS_URL: `redis://${url}` }) },
    { name: 'a Redis that is not there', settings: () => ({ REDIS_URL: 'redis://127.0.0.1:1' }) },
    {
      name: 'a PostgreSQL that says nothing',
      settings: () => ({ DATABASE_DIRECT_URL: `postgres://nobody@${url}/none` }),
    },
    { name: 'a PostgreSQL that is not there', settings: () => ({}) },
  ])('gives $name two seconds, keeps no connection to it, and stops at once', async ({ settings }) => {
    const queues = openQueues(settings());
    const question = jest.fn();
    for (let round = 0; round < 2; round += 1) {
      const refusal = refusalOf(queues.ask('emails', question));
      expect(await took(refusal)).toBeLessThan(2_500);
      expect(await refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', headers: { 'retry-after': '5' } });
    }
    expect(question).not.toHaveBeenCalled();
    expect(await took(queues.onApplicationShutdown())).toBeLessThan(500);
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
