import type { HttpAdapterHost } from '@nestjs/core';
import fastify from 'fastify';
import { testSettings } from '../../../test/support/test-settings.js';
import { cors } from './cors.js';
import { KnownRoutes } from './known-routes.js';

const answer = async (): Promise<string> => 'x';

describe('KnownRoutes', () => {
  const server = fastify({ exposeHeadRoutes: true });
  const host = { httpAdapter: { getInstance: () => server } } as unknown as HttpAdapterHost;
  const routes = new KnownRoutes(host, testSettings('postgres://localhost/x'));
  server.get('/', answer);
  server.get('/posts', answer);
  server.post('/posts', answer);
  server.get('/posts/:idOrSlug', answer);
  server.route({ method: ['PUT', 'PATCH', 'DELETE'], url: '/posts/:id', handler: answer });
  server.post('/posts/:id/publish', answer);
  server.get('/feed.xml', answer);
  server.get('/assets/*', answer);
  server.addHook('onRequest', cors(testSettings('postgres://localhost/x')));

  it.each([
    { path: '/', methods: ['GET', 'HEAD'] },
    { path: '/posts', methods: ['GET', 'HEAD', 'POST'] },
    { path: '/posts/', methods: ['GET', 'HEAD', 'POST'] },
    { path: '/posts/a-slug', methods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'] },
    { path: '/posts/a%2Fb', methods: ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'] },
    { path: '/posts/x/publish', methods: ['POST'] },
    { path: '/feed.xml', methods: ['GET', 'HEAD'] },
    { path: '/assets/a/b.css', methods: ['GET', 'HEAD'] },
  ])('knows the methods of $path', ({ path, methods }) => {
    expect(routes.methodsOf(path)).toEqual(methods);
  });

  it.each(['/nowhere', '/posts/x/other', '/posts/x/publish/y', '/postss', '/api/posts', '/feedxxml', '', '*'])(
    'knows no method of %s',
    (path) => {
      expect(routes.methodsOf(path)).toEqual([]);
    },
  );

  it('tells who asks which methods a path knows', async () => {
    const { statusCode, headers } = await server.inject({ method: 'OPTIONS', url: '/posts?limit=1' });
    expect({ statusCode, allow: headers.allow }).toEqual({ statusCode: 204, allow: 'GET, HEAD, POST' });
  });

  it('tells who asks about a path that is not there so', async () => {
    const asked = await server.inject({ method: 'OPTIONS', url: '/nowhere?x=1' });
    expect(asked.statusCode).toBe(404);
    expect(asked.headers['content-type']).toContain('application/problem+json');
    expect(asked.headers).not.toHaveProperty('allow');
    expect(asked.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND', instance: '/nowhere' });
  });

  it('leaves the preflights of browsers alone, and other methods', async () => {
    const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
    const preflight = await server.inject({ method: 'OPTIONS', url: '/posts', headers });
    expect(preflight.headers).not.toHaveProperty('allow');
    expect(await server.inject('/posts')).toMatchObject({ statusCode: 200, body: 'x' });
  });
});
