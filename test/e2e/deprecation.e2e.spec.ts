import { get } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Deprecated } from '../../src/core/deprecation/deprecated.decorator.js';
import { Metrics } from '../../src/core/metrics/metrics.js';
import { createOpenApiDocument } from '../../src/core/openapi/openapi-document.js';
import { TestApi } from '../support/test-api.js';
import type { Answer, RequestOptions } from '../support/test-client.js';
import { FadingController, GoneController, ID, PLAN } from './support/fading-routes.js';

const ANNOUNCED = { deprecation: '@1772409600', sunset: 'Wed, 02 Sep 2026 00:00:00 GMT' };
const READ = `/api/v1/fading/${ID}`;

const successor = (id: string): string => `</api/v1/fresh/${id}>; rel="successor-version"`;
const LINKS = `</next>; rel="next", ${successor(ID)}`;

const announcementOf = ({ headers }: Answer) => ({
  deprecation: headers.get('deprecation'),
  sunset: headers.get('sunset'),
  link: headers.get('link'),
});

describe('a deprecated route', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await TestApi.start({ ALLOWED_HOSTS: '127.0.0.1' }, [FadingController, GoneController]);
  });

  afterAll(() => api.stop());

  const json = { headers: { 'content-type': 'application/json' }, raw: '{}' };

  it.each<{ name: string; method?: string; path?: string; options?: RequestOptions; status: number; link?: string }>([
    { name: 'an answer, behind the links that it has', status: 200, link: LINKS },
    { name: 'one without a body', method: 'HEAD', status: 200, link: LINKS },
    { name: 'one that is compressed', options: { headers: { 'accept-encoding': 'gzip' } }, status: 200, link: LINKS },
    { name: 'an unchanged one', options: { headers: { 'if-none-match': '"1"' } }, status: 304, link: LINKS },
    { name: 'a refusal of who is not signed in', method: 'POST', status: 401 },
    {
      name: 'a refusal of a token',
      options: { headers: { authorization: 'Bearer x' } },
      status: 401,
    },
    {
      name: 'a miss',
      path: '/api/v1/fading/01970f40-1d5e-7c21-8a34-000000000000',
      status: 404,
      link: successor('01970f40-1d5e-7c21-8a34-000000000000'),
    },
    { name: 'a refusal of a parameter', path: '/api/v1/fading/a%3Eb', status: 422, link: successor('a%3Eb') },
    { name: 'a refusal of a body', method: 'POST', options: json, status: 415 },
    { name: 'an outage', path: `${READ}/outage`, status: 503 },
    {
      name: 'a failure in a format of its own',
      path: `${READ}/failure`,
      status: 418,
      link: '</api/v1/fresh>; rel="successor-version"',
    },
  ])('is announced on $name', async ({ method = 'GET', path = READ, options, status, link = successor(ID) }) => {
    const answer = await api.client().request(method, path, options);
    expect(answer.status).toBe(status);
    expect(announcementOf(answer)).toEqual({ ...ANNOUNCED, link });
  });

  it('is announced on a refusal in front of all routes', async () => {
    const { hostname, port } = new URL(api.url);
    const answer = await new Promise((resolve, reject) => {
      get({ hostname, port, path: READ, headers: { host: 'elsewhere.example' } }, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers['deprecation'], response.headers.link]);
      }).once('error', reject);
    });
    expect(answer).toEqual([421, ANNOUNCED.deprecation, successor(ID)]);
  });

  it('is announced on a refusal of too many requests', async () => {
    const limited = await TestApi.start({ RATE_LIMIT: '2' }, [FadingController]);
    try {
      const answers = [];
      for (let sent = 0; sent < 3; sent += 1) answers.push(await limited.client().get(READ));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers.map(announcementOf)).toEqual([
        { ...ANNOUNCED, link: LINKS },
        { ...ANNOUNCED, link: LINKS },
        { ...ANNOUNCED, link: successor(ID) },
      ]);
    } finally {
      await limited.stop();
    }
  });

  it('is told by its controller, unless it has an announcement of its own', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => api.client().get(`/api/v1/gone/${name}`)));
    expect(one && announcementOf(one)).toEqual({
      deprecation: '@1766534400',
      sunset: 'Tue, 30 Jun 2026 00:00:00 GMT',
      link: '<https://example.com/new>; rel="successor-version"',
    });
    expect(two && announcementOf(two)).toEqual({ ...ANNOUNCED, link: '</api/v1/fresh>; rel="successor-version"' });
  });

  it.each([
    { name: 'the route beside it', method: 'GET', path: `${READ}/lasting`, status: 200 },
    { name: 'another method of its path', method: 'DELETE', path: READ, status: 405 },
    { name: 'no route', method: 'GET', path: '/api/v1/fading', status: 404 },
    { name: 'a list', method: 'GET', path: '/api/v1/tags', status: 200 },
  ])('says nothing of $name', async ({ method, path, status }) => {
    const answer = await api.client().request(method, path);
    expect(answer.status).toBe(status);
    expect(announcementOf(answer)).toEqual({ deprecation: null, sunset: null, link: null });
  });

  it('is counted, whatever was answered, and nothing else is', async () => {
    const { registry } = api.app.get(Metrics);
    registry.resetMetrics();
    for (const path of [READ, '/api/v1/fading/nobody', `${READ}/lasting`, '/api/v1/gone/one', '/api/v1/tags'])
      await api.client().get(path);
    await api.client().request('HEAD', READ);
    await api.client().post(READ);
    const { values } = (await registry.getSingleMetric('deprecated_operation_calls_total')?.get()) ?? { values: [] };
    const counts = Object.fromEntries(values.map(({ labels, value }) => [labels['operation'], value]));
    expect(counts).toEqual({ fadingRead: 3, fadingChange: 1, goneOne: 1 });
  });

  it('refuses at its definition days that are none', () => {
    expect(() => Deprecated({ ...PLAN, sunset: PLAN.since })).toThrow('is not after its deprecation');
  });

  describe('in the document', () => {
    let document: OpenAPIObject;

    beforeAll(() => {
      document = createOpenApiDocument(api.app);
    });

    const operationAt = (path: string) =>
      document.paths[path]?.get as unknown as Record<string, unknown> & {
        responses: Record<string, { headers?: Record<string, { description: string }> }>;
      };

    it('is deprecated, and says since when, until when, and what to use', () => {
      expect(operationAt('/api/v1/fading/{id}')).toMatchObject({
        operationId: 'fadingRead',
        deprecated: true,
        'x-sunset': '2026-09-02',
        description:
          'Read\n\nDeprecated since 2026-03-02, and may be gone from 2026-09-02 on: use `/api/v1/fresh/{id}` instead.',
      });
      expect(operationAt('/api/v1/gone/one')).toMatchObject({ deprecated: true, 'x-sunset': '2026-06-30' });
      expect(operationAt('/api/v1/gone/two')).toMatchObject({ deprecated: true, 'x-sunset': '2026-09-02' });
    });

    it.each([
      { path: '/api/v1/fading/{id}', statuses: ['200', '304', '401', '422', '429', '503', 'default'] },
      { path: '/api/v1/fading/{id}/failure', statuses: ['200', '418', 'default'] },
    ])('declares its headers on every answer of $path', ({ path, statuses }) => {
      const { responses } = operationAt(path);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(statuses));
      for (const { headers } of Object.values(responses))
        expect(Object.keys(headers ?? {})).toEqual(expect.arrayContaining(['Deprecation', 'Sunset', 'Link']));
    });

    it('keeps what an answer says of its links', () => {
      const { responses } = operationAt('/api/v1/fading/{id}');
      expect(responses['200']?.headers?.['Link']?.description).toMatch(/^The next page .*successor-version/);
      expect(responses['404']?.headers?.['Link']?.description).toMatch(/^What takes its place/);
      expect(responses['429']?.headers).toHaveProperty('Retry-After');
    });

    it('leaves the others as they are', () => {
      const { responses, description, ...lasting } = operationAt('/api/v1/fading/{id}/lasting');
      expect(lasting).not.toHaveProperty('deprecated');
      expect(lasting).not.toHaveProperty('x-sunset');
      expect(description).toBe('Stay');
      expect(responses['200']?.headers).toEqual({
        Link: expect.objectContaining({ description: expect.stringMatching(/^The next page[^.]*$/) }),
      });
      expect(JSON.stringify(responses)).not.toMatch(/Sunset|Deprecation|successor/);
      expect(operationAt('/api/v1/tags')).not.toHaveProperty('deprecated');
    });
  });
});
