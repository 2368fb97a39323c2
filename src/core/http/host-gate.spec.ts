import fastify, { type FastifyInstance } from 'fastify';
import { testSettings } from '../../../test/support/test-settings.js';
import { toAppError } from '../errors/to-app-error.js';
import { hostGate } from './host-gate.js';

const servers: FastifyInstance[] = [];

async function gated(overrides: NodeJS.ProcessEnv): Promise<FastifyInstance> {
  const settings = testSettings('postgres://localhost/x', overrides);
  const trustProxy = settings.TRUSTED_PROXIES.length > 0 ? settings.TRUSTED_PROXIES : false;
  const server = fastify({ trustProxy });
  servers.push(server);
  server.addHook('onRequest', hostGate(settings));
  server.setErrorHandler((error, _request, reply) => reply.status(toAppError(error).status).send('refused'));
  server.get('/posts', async () => 'answered');
  server.get('/health', { config: { probe: true } }, async () => 'alive');
  return server;
}

const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://news.example',
  SMTP_URL: 'smtp://localhost',
  SECRET_KEY: 'kZ8vQ1mW4xT7yR2nB5cF9hJ3dL6gP0sA',
  BCRYPT_COST: '10',
  FORCE_HTTPS: 'off',
};

describe('hostGate', () => {
  afterAll(() => Promise.all(servers.map(async (server) => server.close())));

  it.each([
    { host: 'news.example', status: 200 },
    { host: 'NEWS.example:8080', status: 200 },
    { host: 'other.example', status: 200 },
    { host: 'news.example.', status: 200 },
    { host: 'news.example.:443', status: 200 },
    { host: 'news.example:', status: 200 },
    { host: 'news.example..', status: 421 },
    { host: '.news.example', status: 421 },
    { host: 'news.example:80:80', status: 421 },
    { host: 'news.example, evil.example', status: 421 },
    { host: '[::1]', status: 421 },
    { host: '[::ffff:127.0.0.1]:3000', status: 421 },
    { host: 'evil.example', status: 421 },
    { host: 'news.example.evil.example', status: 421 },
    { host: 'sub.news.example', status: 421 },
    { host: 'localhost', status: 421 },
    { host: '127.0.0.1:3000', status: 421 },
  ])('answers $status to $host in production', async ({ host, status }) => {
    const server = await gated({ ...PRODUCTION, ALLOWED_HOSTS: 'Other.example' });
    expect((await server.inject({ url: '/posts', headers: { host } })).statusCode).toBe(status);
  });

  it.each(['localhost', 'localhost:3000', '127.0.0.1:5000', '[::1]:3000', '[::1]'])(
    'serves the loopback host %s outside production',
    async (host) => {
      const server = await gated({ PUBLIC_URL: 'https://news.example' });
      expect((await server.inject({ url: '/posts', headers: { host } })).statusCode).toBe(200);
    },
  );

  it('still refuses other hosts outside production, against DNS rebinding', async () => {
    const server = await gated({});
    expect((await server.inject({ url: '/posts', headers: { host: 'rebound.example' } })).statusCode).toBe(421);
  });

  it('serves every host where ALLOWED_HOSTS is *', async () => {
    const server = await gated({ ...PRODUCTION, ALLOWED_HOSTS: '*' });
    expect((await server.inject({ url: '/posts', headers: { host: 'any.example' } })).statusCode).toBe(200);
  });

  it('lets probes through, whatever host and scheme they come with', async () => {
    const server = await gated({ ...PRODUCTION, FORCE_HTTPS: 'on' });
    const answer = await server.inject({ url: '/health', headers: { host: '10.1.2.3' } });
    expect(answer).toMatchObject({ statusCode: 200, body: 'alive' });
  });

  it.each([
    { proxies: '', forwarded: 'news.example', status: 421 },
    { proxies: '127.0.0.1', forwarded: 'news.example', status: 200 },
    { proxies: '127.0.0.1', forwarded: 'evil.example', status: 421 },
    { proxies: '127.0.0.0/8', forwarded: 'news.example', status: 200 },
    { proxies: '10.0.0.0/8, fd00::/8', forwarded: 'news.example', status: 421 },
    // What the nearest proxy adds is the last one.
    { proxies: '127.0.0.1', forwarded: 'evil.example, news.example', status: 200 },
    { proxies: '127.0.0.1', forwarded: 'news.example, evil.example', status: 421 },
  ])(
    'believes X-Forwarded-Host of the proxies "$proxies" alone: $forwarded',
    async ({ proxies, forwarded, status }) => {
      const server = await gated({ ...PRODUCTION, TRUSTED_PROXIES: proxies });
      const headers = { host: 'inside.local', 'x-forwarded-host': forwarded };
      expect((await server.inject({ url: '/posts', headers })).statusCode).toBe(status);
    },
  );

  it.each([
    { address: '::ffff:127.0.0.1', proxies: '127.0.0.1', status: 200 },
    { address: '::ffff:10.1.2.3', proxies: '10.0.0.0/8', status: 200 },
    { address: '::ffff:11.1.2.3', proxies: '10.0.0.0/8', status: 421 },
    { address: 'fd00::7', proxies: 'fd00::/8', status: 200 },
    { address: 'fe80::7', proxies: 'fd00::/8', status: 421 },
    { address: '10.1.2.3', proxies: 'fd00::/8', status: 421 },
  ])('tells whether $address is one of $proxies', async ({ address, proxies, status }) => {
    const server = await gated({ ...PRODUCTION, TRUSTED_PROXIES: proxies });
    const headers = { host: 'inside.local', 'x-forwarded-host': 'news.example' };
    expect((await server.inject({ url: '/posts', headers, remoteAddress: address })).statusCode).toBe(status);
  });

  describe('with FORCE_HTTPS', () => {
    const forced = { ...PRODUCTION, FORCE_HTTPS: 'on', PUBLIC_URL: 'http://news.example' };

    it('leads plain http to the public address under https, path and query kept', async () => {
      const server = await gated(forced);
      const answer = await server.inject({ url: '/posts?limit=3', headers: { host: 'news.example' } });
      expect(answer.statusCode).toBe(308);
      expect(answer.headers.location).toBe('https://news.example/posts?limit=3');
      expect(answer.body).not.toContain('answered');
    });

    it.each([
      { target: '//evil.example/', location: 'https://news.example//evil.example/' },
      { target: '/@evil.example', location: 'https://news.example/@evil.example' },
      { target: '/%0d%0aSet-Cookie:a=b', location: 'https://news.example/%0d%0aSet-Cookie:a=b' },
      { target: '/posts?next=https://evil.example', location: 'https://news.example/posts?next=https://evil.example' },
    ])('leads to no other host, whatever is asked for: $target', async ({ target, location }) => {
      const server = await gated(forced);
      const answer = await server.inject({ url: target, headers: { host: 'news.example' } });
      expect(answer).toMatchObject({ statusCode: 308, headers: { location } });
      expect(new URL(location).host).toBe('news.example');
    });

    it('never leads to a host that is not served', async () => {
      const server = await gated(forced);
      const answer = await server.inject({ url: '/posts', headers: { host: 'evil.example' } });
      expect(answer.statusCode).toBe(421);
      expect(answer.headers).not.toHaveProperty('location');
    });

    it('answers what a trusted proxy took in by https', async () => {
      const server = await gated({ ...forced, TRUSTED_PROXIES: '127.0.0.1' });
      const headers = { host: 'news.example', 'x-forwarded-proto': 'https' };
      expect((await server.inject({ url: '/posts', headers })).statusCode).toBe(200);
    });

    it.each([
      { proto: 'HTTPS', status: 200 },
      { proto: 'http, https', status: 200 },
      { proto: 'https, http', status: 308 },
      { proto: 'httpss', status: 308 },
      { proto: '', status: 308 },
    ])('takes the last scheme that a trusted proxy names: "$proto"', async ({ proto, status }) => {
      const server = await gated({ ...forced, TRUSTED_PROXIES: '127.0.0.1' });
      const headers = { host: 'news.example', 'x-forwarded-proto': proto };
      expect((await server.inject({ url: '/posts', headers })).statusCode).toBe(status);
    });

    it('does not believe anybody else who says https', async () => {
      const server = await gated(forced);
      const headers = { host: 'news.example', 'x-forwarded-proto': 'https' };
      expect((await server.inject({ url: '/posts', headers })).statusCode).toBe(308);
    });
  });
});
