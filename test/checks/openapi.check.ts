import { readFileSync } from 'node:fs';
import type { OpenAPIObject } from '@nestjs/swagger';

/** Every operation that answers without a token. A new one is added here on purpose, or not at all. */
const PUBLIC_OPERATIONS = [
  'GET /api/v1/events',
  'GET /api/v1/posts',
  'GET /api/v1/posts/{id}',
  'GET /api/v1/tags',
  'GET /api/v1/users/{id}/posts',
  'POST /api/v1/auth/email/resend',
  'POST /api/v1/auth/email/verify',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/password/forgot',
  'POST /api/v1/auth/password/reset',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/revoke',
  'POST /api/v1/auth/token',
  'POST /api/v1/unsubscribe',
  'POST /api/v1/users',
];

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

describe('openapi.json', () => {
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item[method] ? [{ name: `${method.toUpperCase()} ${path}`, ...item[method] }] : [])),
    );

  it('opens exactly the operations of the list', () => {
    const open = operations().filter(
      ({ security }) => !security?.length || security.some((way) => Object.keys(way).length === 0),
    );
    expect(open.map(({ name }) => name).sort()).toEqual(PUBLIC_OPERATIONS);
  });

  it('has an example for every body that goes in or comes out', () => {
    const bodies = operations().flatMap(({ name, requestBody, responses }) =>
      [requestBody, ...Object.values(responses), ...Object.values(document.components?.responses ?? {})].flatMap(
        (body) =>
          Object.entries(
            (body as { content?: Record<string, { example?: unknown; examples?: object }> } | undefined)?.content ?? {},
          ).map(([type, media]) => ({ where: `${name} ${type}`, media })),
      ),
    );
    const bare = bodies.filter(({ media }) => media.example === undefined && media.examples === undefined);
    expect(bodies.length).toBeGreaterThan(0);
    expect(bare.map(({ where }) => where)).toEqual([]);
  });

  it('says what every operation is for', () => {
    const silent = operations().filter(({ summary, description, tags }) => !summary || !description || !tags?.length);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
