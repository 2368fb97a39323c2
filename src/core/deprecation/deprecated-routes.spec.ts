import type { HttpAdapterHost } from '@nestjs/core';
import { fastify, type FastifyInstance } from 'fastify';
import { Deprecation } from '../../common/deprecation/deprecation.js';
import type { HttpRouteConfig } from '../http/route-config.js';
import { Metrics } from '../metrics/metrics.js';
import { DeprecatedRoutes } from './deprecated-routes.js';

describe('DeprecatedRoutes', () => {
  let server: FastifyInstance;

  beforeEach(() => {
    server = fastify();
    const routes = new DeprecatedRoutes(
      { httpAdapter: { getInstance: () => server } } as HttpAdapterHost,
      new Metrics(),
    );
    expect(routes).toBeDefined();
  });

  afterEach(() => server.close());

  function register(url: string, replacement: string): void {
    const deprecation = new Deprecation({ since: '2026-03-02', sunset: '2026-09-02', replacement });
    const config: HttpRouteConfig = { deprecated: { deprecation, operation: 'postsRead' } };
    server.get(url, { config }, async () => 'read');
  }

  it('takes a replacement that has what the path has', () => {
    expect(() => register('/users/:id/posts/:slug', '/posts/{slug}')).not.toThrow();
  });

  it.each(['/users/:idOrName', '/users/id', '/users'])('refuses one that asks for more than %s has', (url) => {
    expect(() => register(url, '/v2/users/{id}')).toThrow(`${url} has no :id for /v2/users/{id}`);
  });

  it('announces once what a hook behind it makes a failure of', async () => {
    let failures = 1;
    server.addHook('onRoute', (route) => {
      route.onSend = [
        ...[route.onSend ?? []].flat(),
        async () => {
          if (failures-- > 0) throw new Error('fails');
        },
      ];
    });
    register('/posts', '/v2/posts');
    const { statusCode, headers } = await server.inject('/posts');
    expect(statusCode).toBe(500);
    expect(headers['link']).toBe('</v2/posts>; rel="successor-version"');
  });

  it('gives no hook to a route that stays', async () => {
    const hooks: unknown[] = [];
    server.addHook('onRoute', ({ url, onSend, onResponse }) => {
      hooks.push([url, onSend, onResponse]);
    });
    server.get('/stays', { exposeHeadRoute: false }, async () => 'stays');
    expect(hooks).toEqual([['/stays', undefined, undefined]]);
  });
});
