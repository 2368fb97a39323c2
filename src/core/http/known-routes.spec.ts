import type { HttpAdapterHost } from '@nestjs/core';
import fastify from 'fastify';
import { KnownRoutes } from './known-routes.js';

const answer = async (): Promise<string> => 'x';

describe('KnownRoutes', () => {
  const server = fastify({ exposeHeadRoutes: true });
  const routes = new KnownRoutes({ httpAdapter: { getInstance: () => server } } as unknown as HttpAdapterHost);
  server.get('/', answer);
  server.get('/posts', answer);
  server.post('/posts', answer);
  server.get('/posts/:idOrSlug', answer);
  server.route({ method: ['PUT', 'PATCH', 'DELETE'], url: '/posts/:id', handler: answer });
  server.post('/posts/:id/publish', answer);
  server.get('/feed.xml', answer);
  server.get('/assets/*', answer);
  server.options('*', answer);

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
});
