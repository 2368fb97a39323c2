import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { toAppError } from '../errors/to-app-error.js';
import { registerBodyParsers } from './body-parsers.js';

const FORM = 'application/x-www-form-urlencoded';

const fields = (count: number): string => Array.from({ length: count }, (_, index) => `f${index}=1`).join('&');

const echo = (request: { body: unknown }, reply: FastifyReply) => reply.send({ body: request.body ?? null });

describe('body parsers', () => {
  let server: FastifyInstance;

  beforeAll(async () => {
    server = fastify({ bodyLimit: 1_000 });
    registerBodyParsers(server);
    server.setErrorHandler((error, _request, reply) => {
      const { status, code, message } = toAppError(error);
      void reply.status(status).send({ code, message });
    });
    server.post('/json', echo);
    server.post('/form', { config: { json: false, form: ['username', 'password'] } }, echo);
    server.post('/both', { config: { form: ['username'] } }, echo);
    await server.ready();
  });

  afterAll(() => server.close());

  const send = async (url: string, type: string, payload: string | Buffer, encoding?: string) => {
    const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
    const answer = await server.inject({ method: 'POST', url, headers, payload });
    return { status: answer.statusCode, ...answer.json<{ body?: unknown; code?: string; message?: string }>() };
  };

  describe('read JSON', () => {
    it.each([
      { name: 'plain', type: 'application/json', payload: '{"a":1}' },
      { name: 'in upper case', type: 'Application/JSON', payload: '{"a":1}' },
      { name: 'with a charset', type: 'application/json; charset=UTF-8', payload: '{"a":1}' },
      { name: 'with a charset in quotes', type: 'application/json;charset="utf8"', payload: '{"a":1}' },
      { name: 'with another parameter', type: 'application/json; profile=x', payload: '{"a":1}' },
      { name: 'with a byte order mark', type: 'application/json', payload: '\uFEFF{"a":1}' },
    ])('$name', async ({ type, payload }) => {
      expect(await send('/json', type, payload)).toEqual({ status: 200, body: { a: 1 } });
    });

    it('of any script', async () => {
      expect(await send('/json', 'application/json', '{"a":"日本 🗞️"}')).toMatchObject({ body: { a: '日本 🗞️' } });
    });

    it('that is empty as no body at all', async () => {
      expect(await send('/json', 'application/json', '')).toEqual({ status: 200, body: null });
    });
  });

  it.each([
    { name: 'broken JSON', payload: '{"a":', code: 'MALFORMED_REQUEST', status: 400 },
    { name: 'JSON with a comma too many', payload: '{"a":1,}', code: 'MALFORMED_REQUEST', status: 400 },
    { name: 'blanks alone', payload: '  ', code: 'MALFORMED_REQUEST', status: 400 },
    { name: 'what is not UTF-8', payload: Buffer.from([0x7b, 0xff, 0x7d]), code: 'MALFORMED_REQUEST', status: 400 },
    { name: 'a list', payload: '[1]', code: 'VALIDATION_FAILED', status: 422 },
    { name: 'a prototype', payload: '{"__proto__":{}}', code: 'VALIDATION_FAILED', status: 422 },
    { name: 'NUL behind an escape', payload: '{"a":"\\u0000"}', code: 'VALIDATION_FAILED', status: 422 },
    { name: 'more than the limit', payload: `{"a":"${'x'.repeat(1_000)}"}`, code: 'BODY_TOO_LARGE', status: 413 },
  ])('refuses $name', async ({ payload, code, status }) => {
    expect(await send('/json', 'application/json', payload)).toMatchObject({ status, code });
  });

  it('says nothing of what the parser of JSON said', async () => {
    const { message } = await send('/json', 'application/json', '{"password": hunter2}');
    expect(message).toBe('The body is not well-formed JSON.');
  });

  it.each([
    { name: 'another type', url: '/json', type: 'text/plain' },
    { name: 'a type that only begins alike', url: '/json', type: 'application/jsonp' },
    { name: 'a type that holds it', url: '/json', type: 'text/application/json' },
    { name: 'multipart', url: '/json', type: 'multipart/form-data; boundary=x' },
    { name: 'another charset', url: '/json', type: 'application/json; charset=latin1' },
    { name: 'another charset of a form', url: '/form', type: `${FORM}; charset=utf-16` },
    { name: 'a form where JSON is read', url: '/json', type: FORM },
    { name: 'JSON where a form is read', url: '/form', type: 'application/json' },
  ])('refuses $name', async ({ url, type }) => {
    expect(await send(url, type, '{}')).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  });

  it.each(['gzip', 'GZIP', 'br', 'deflate', 'identity, gzip', 'unknown'])(
    'refuses a body in %s, whose size is not known before it is unpacked',
    async (encoding) => {
      for (const [url, type] of [
        ['/json', 'application/json'],
        ['/form', FORM],
      ] as const)
        expect(await send(url, type, '{}', encoding)).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
    },
  );

  it('reads a body that says that it is not compressed', async () => {
    expect(await send('/json', 'application/json', '{"a":1}', 'identity')).toMatchObject({ body: { a: 1 } });
  });

  describe('read a form', () => {
    it.each([
      { name: 'with its fields', payload: 'username=a+b&password=%C3%A4', body: { username: 'a b', password: 'ä' } },
      {
        name: 'without the fields it does not know',
        payload: 'username=a&client_id=x&scope=',
        body: { username: 'a' },
      },
      { name: 'without the fields that are empty', payload: 'username=a&password=', body: { username: 'a' } },
      { name: 'that is empty', payload: '', body: {} },
      { name: 'with as many fields as are allowed', payload: `${fields(99)}&username=a`, body: { username: 'a' } },
    ])('$name', async ({ payload, body }) => {
      expect(await send('/form', FORM, payload)).toEqual({ status: 200, body });
    });

    it('beside JSON where a route reads both', async () => {
      expect(await send('/both', FORM, 'username=a')).toMatchObject({ body: { username: 'a' } });
      expect(await send('/both', 'application/json', '{"username":"a"}')).toMatchObject({ body: { username: 'a' } });
    });
  });

  it.each([
    { name: 'a repeated field', payload: 'username=a&username=b', code: 'MALFORMED_REQUEST' },
    { name: 'a repeated field that it does not know', payload: 'x=1&username=a&x=2', code: 'MALFORMED_REQUEST' },
    { name: 'a field too many', payload: `${fields(100)}&username=a`, code: 'MALFORMED_REQUEST' },
    { name: 'NUL', payload: 'username=a%00b', code: 'VALIDATION_FAILED' },
    { name: 'what is not UTF-8', payload: Buffer.from([0x61, 0x3d, 0xff]), code: 'MALFORMED_REQUEST' },
  ])('refuses a form with $name', async ({ payload, code }) => {
    expect(await send('/form', FORM, payload)).toMatchObject({ code });
  });
});
