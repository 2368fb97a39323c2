import fastify, { type FastifyInstance } from 'fastify';
import { testSettings } from '../../../test/support/test-settings.js';
import { cors } from './cors.js';

const HARDENED = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://news.example',
  SMTP_URL: 'smtp://localhost',
  SECRET_KEY: 'kZ8vQ1mW4xT7yR2nB5cF9hJ3dL6gP0sA',
  BCRYPT_COST: '10',
  CORS_ORIGINS: 'https://app.example,https://other.example:8443',
};

describe('cors', () => {
  const servers: FastifyInstance[] = [];

  function serverWith(overrides: NodeJS.ProcessEnv): FastifyInstance {
    const server = fastify();
    servers.push(server);
    server.addHook('onRequest', cors(testSettings('postgres://localhost/x', overrides)));
    server.get('/posts', async () => 'answered');
    return server;
  }

  afterAll(() => Promise.all(servers.map(async (server) => server.close())));

  it.each([
    { settings: HARDENED, origin: 'https://app.example', told: 'https://app.example' },
    { settings: HARDENED, origin: 'https://other.example:8443', told: 'https://other.example:8443' },
    { settings: HARDENED, origin: 'https://other.example', told: undefined },
    { settings: HARDENED, origin: 'http://app.example', told: undefined },
    { settings: HARDENED, origin: 'https://app.example.evil.example', told: undefined },
    { settings: HARDENED, origin: 'http://localhost:5173', told: undefined },
    { settings: HARDENED, origin: 'null', told: undefined },
    { settings: HARDENED, origin: '', told: undefined },
    { settings: HARDENED, origin: undefined, told: undefined },
    { settings: {}, origin: 'http://localhost:5173', told: 'http://localhost:5173' },
    { settings: {}, origin: 'http://localhost.evil.example', told: undefined },
    { settings: { CORS_ORIGINS: '*' }, origin: 'https://any.example', told: '*' },
  ])('tells $origin that $told may read', async ({ settings, origin, told }) => {
    const answer = await serverWith(settings).inject({
      url: '/posts',
      headers: origin === undefined ? {} : { origin },
    });
    expect(answer).toMatchObject({ statusCode: 200, body: 'answered' });
    expect(answer.headers['access-control-allow-origin']).toBe(told);
    expect(answer.headers['access-control-expose-headers'] === undefined).toBe(told === undefined);
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.headers.vary).toBe('Origin');
  });

  it.each([
    { origin: 'https://app.example', methods: 'GET, HEAD, POST, PUT, PATCH, DELETE', headers: 'authorization' },
    { origin: 'https://evil.example', methods: undefined, headers: undefined },
  ])('tells a preflight of $origin what it may send', async ({ origin, methods, headers }) => {
    const answer = await serverWith(HARDENED).inject({
      method: 'OPTIONS',
      url: '/posts',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(answer).toMatchObject({ statusCode: 204, body: '' });
    expect(answer.headers['access-control-allow-methods']).toBe(methods);
    expect(answer.headers['access-control-allow-headers']).toBe(headers);
  });
});
