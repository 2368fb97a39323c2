import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { until } from '../../../test/support/program.js';
import { endRequestLimit, RequestLimit } from './request-limit.js';

/** Milliseconds; none that the test waits for is longer. */
const LIMIT = 50;

describe('RequestLimit', () => {
  let fastify: FastifyInstance;
  let isGivenUp: () => boolean;
  let finish: ((answer: string) => void) | undefined;

  const start = async (limit: number): Promise<void> => {
    finish = undefined;
    const requestLimit = new RequestLimit(limit);
    fastify = Fastify({ forceCloseConnections: true });
    fastify.addHook('preValidation', async (asked, reply) => {
      isGivenUp = requestLimit.begin(asked, reply);
    });
    fastify.addHook('onClose', async () => requestLimit.stop());
    fastify.addHook('onResponse', async (_asked, reply) => endRequestLimit(reply));
    fastify.setErrorHandler((error: { status: number; headers: object }, _asked, reply) =>
      reply
        .status(error.status)
        .headers({ ...error.headers })
        .send({}),
    );
    const work = async () => new Promise<string>((resolve) => (finish = resolve));
    fastify.get('/', work);
    fastify.post('/', work);
    fastify.get('/probe', { config: { probe: true } }, work);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
  };

  afterEach(() => fastify.close());

  it('answers 503 for work that does not end, and gives the work up', async () => {
    await start(LIMIT);
    const answer = await fastify.inject('/');
    expect(answer.statusCode).toBe(503);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(isGivenUp()).toBe(true);
    // What comes too late is nobody's.
    finish?.('late');
    expect((await fastify.inject('/')).statusCode).toBe(503);
  });

  it('leaves alone what is answered in time', async () => {
    await start(10_000);
    const asked = fastify.inject('/');
    await until(() => finish !== undefined);
    expect(isGivenUp()).toBe(false);
    finish?.('in time');
    await expect(asked).resolves.toMatchObject({ statusCode: 200, body: 'in time' });
  });

  it('leaves probes to their own limits', async () => {
    await start(LIMIT);
    const asked = fastify.inject('/probe');
    await new Promise((resolve) => setTimeout(resolve, 5 * LIMIT));
    finish?.('late');
    await expect(asked).resolves.toMatchObject({ statusCode: 200, body: 'late' });
  });

  it.each([
    { method: 'GET', gives: 'gives a read up', expected: true },
    { method: 'POST', gives: 'finishes a write', expected: false },
  ])('$gives whose client is gone', async ({ method, expected }) => {
    await start(10_000);
    let left = false;
    fastify.server.once('connection', (socket) => socket.once('close', () => (left = true)));
    const { port } = fastify.server.address() as AddressInfo;
    const asked = request({ port, host: '127.0.0.1', method }, (_answer: IncomingMessage) => undefined);
    asked.on('error', () => undefined);
    asked.end();
    await until(() => finish !== undefined);
    asked.destroy();
    await until(() => left);
    expect(isGivenUp()).toBe(expected);
    finish?.('for nobody');
  });
});
