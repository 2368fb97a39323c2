import { connect, type AddressInfo, type Socket } from 'node:net';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { testSettings } from '../../../test/support/test-settings.js';
import { until } from '../../../test/support/program.js';
import { createHttpAdapter } from './http-adapter.js';

/** Milliseconds: short ones, so that nothing has to be waited for. */
const LIMITS = { request: 300, headersComplete: 200, keepAlive: 200, lookThrough: 50, farewell: 100 };

const HEAD = 'POST /posts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('the time limits of the HTTP server', () => {
  let adapter: FastifyAdapter;
  let port: number;
  const refusals: number[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const settings = testSettings('postgres://localhost/none');
    adapter = createHttpAdapter(settings, ({ status }) => refusals.push(status), LIMITS);
    const fastify = adapter.getInstance();
    fastify.post('/posts', async () => ({ made: true }));
    fastify.get('/health', async () => ({ status: 'ok' }));
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = fastify.server.address() as AddressInfo);
  });

  beforeEach(() => {
    refusals.length = 0;
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await adapter.close();
  });

  /** Sends this, then a bit now and then, if it is to drip, and never ends its own side: what comes until the other ends. */
  async function hold(bytes: string, drip?: string): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(socket);
    socket.once('connect', () => {
      socket.write(bytes);
      const timer = setInterval(() => drip !== undefined && socket.writable && socket.write(drip), 20);
      socket.on('close', () => clearInterval(timer));
    });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', () => undefined);
    return new Promise((resolve) => {
      for (const event of ['end', 'close']) socket.on(event, () => resolve(text));
    });
  }

  const open = async (): Promise<number> =>
    new Promise((resolve, reject) =>
      adapter.getInstance().server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );

  const whileServing = async (held: Promise<string>): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } });
    expect(answer.status).toBe(200);
    return held;
  };

  it.each([
    { name: 'nothing at all', bytes: '', drip: undefined },
    { name: 'a beginning alone', bytes: 'GET /hea', drip: undefined },
    { name: 'headers that drip', bytes: 'GET /health HTTP/1.1\r\nX: ', drip: 'x' },
    { name: 'a body that stops', bytes: `${HEAD}Content-Length: 100\r\n\r\n{`, drip: undefined },
    { name: 'a body that drips', bytes: `${HEAD}Content-Length: 1000\r\n\r\n{`, drip: ' ' },
    { name: 'pieces that drip', bytes: `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, drip: '1\r\n \r\n' },
    { name: 'an expectation without a body', bytes: `${HEAD}Expect: 100-continue\r\nContent-Length: 9\r\n\r\n` },
  ])('end a connection with $name', async ({ bytes, drip }) => {
    const text = await whileServing(hold(bytes, drip));
    expect(text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(JSON.parse(text.slice(text.lastIndexOf('\r\n\r\n')))).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      status: 408,
    });
    expect(refusals).toEqual([408]);
  });

  it('end hundreds of them, while others are served', async () => {
    const held = Array.from({ length: 300 }, (_, index) =>
      hold('GET /health HTTP/1.1\r\nX: ', index < 50 ? 'x' : undefined),
    );
    await whileServing(Promise.all(held).then((texts) => texts.join('')));
    expect(refusals).toEqual(held.map(() => 408));
  });

  it('end an idle connection after its answer, without another one', async () => {
    const text = await whileServing(hold('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(refusals).toEqual([]);
  });

  it.each([
    { name: 'stops', drip: undefined },
    { name: 'drips', drip: ' ' },
  ])('end a connection whose body $name behind the answer, without another one', async ({ drip }) => {
    const text = await whileServing(
      hold('GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{', drip),
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(refusals).toEqual([]);
  });

  it('end a connection that sends garbage, and would stay open for more of it', async () => {
    expect(await whileServing(hold('garbage\r\n\r\n', 'x'))).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('leave no connection behind, although nobody has ended their side', async () => {
    await until(async () => (await open()) === 0);
    expect(sockets.length).toBeGreaterThan(300);
  });
});
