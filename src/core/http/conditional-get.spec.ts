import fastify, { type FastifyInstance } from 'fastify';
import { notModified } from './conditional-get.js';

const ETAG = '"01970f40.3"';

describe('notModified', () => {
  let server: FastifyInstance;

  beforeAll(async () => {
    server = fastify();
    server.addHook('onSend', async (request, reply, payload) => notModified(request, reply, payload));
    server.route({
      method: ['GET', 'HEAD', 'POST'],
      url: '/tagged',
      handler: async (_request, reply) => reply.header('etag', ETAG).send({ title: 'A' }),
    });
    server.get('/untagged', async () => ({ title: 'A' }));
    server.get('/refused', async (_request, reply) => reply.status(404).header('etag', ETAG).send({ error: 'x' }));
    await server.ready();
  });

  afterAll(() => server.close());

  it.each([
    { name: 'the same tag', header: ETAG },
    { name: 'a tag that a proxy made weak', header: `W/${ETAG}` },
    { name: 'one of several', header: `"other", ${ETAG} , "third"` },
    { name: 'any', header: '*' },
    { name: 'any, with blanks', header: ' * ' },
  ])('answers 304 without a body to $name', async ({ header }) => {
    const answer = await server.inject({ url: '/tagged', headers: { 'if-none-match': header } });
    expect(answer).toMatchObject({ statusCode: 304, body: '' });
    expect(answer.headers['etag']).toBe(ETAG);
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('answers 304 to HEAD too', async () => {
    const answer = await server.inject({ method: 'HEAD', url: '/tagged', headers: { 'if-none-match': ETAG } });
    expect(answer).toMatchObject({ statusCode: 304, body: '' });
  });

  it.each([
    { name: 'without the header', url: '/tagged', header: undefined },
    { name: 'for another version', url: '/tagged', header: '"01970f40.2"' },
    { name: 'for a tag that only begins alike', url: '/tagged', header: '"01970f40.33"' },
    { name: 'for the tag without its quotes', url: '/tagged', header: ETAG.replaceAll('"', '') },
    { name: 'for an empty header', url: '/tagged', header: '' },
    { name: 'where there is no tag', url: '/untagged', header: '*' },
  ])('answers in full $name', async ({ url, header }) => {
    const headers = header === undefined ? {} : { 'if-none-match': header };
    const answer = await server.inject({ url, headers });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ title: 'A' });
  });

  it('leaves refusals alone', async () => {
    const answer = await server.inject({ url: '/refused', headers: { 'if-none-match': ETAG } });
    expect(answer).toMatchObject({ statusCode: 404, body: '{"error":"x"}' });
  });

  it('leaves methods that change something alone', async () => {
    const answer = await server.inject({ method: 'POST', url: '/tagged', headers: { 'if-none-match': ETAG } });
    expect(answer.statusCode).toBe(200);
  });
});
