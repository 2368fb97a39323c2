import { breakingChanges } from './breaking-changes.js';

const TODAY = '2026-09-02';
const text = { schema: { type: 'string' } };

interface Operation {
  operationId: string;
  deprecated?: boolean;
  'x-sunset'?: string;
  security?: object[];
  parameters: Record<string, unknown>[];
  requestBody?: { required?: boolean; content: Record<string, object> };
  responses: Record<string, { headers?: Record<string, object>; content?: Record<string, object> }>;
}

/** A document of one operation, whose parts a rule may change. */
function makeDocument() {
  const put: Operation = {
    operationId: 'postsReplace',
    parameters: [
      { name: 'limit', in: 'query', ...text },
      { name: 'If-Match', in: 'header', ...text },
      { $ref: '#/components/parameters/Locale' },
    ],
    requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Write' } } } },
    responses: {
      '200': {
        headers: { ETag: { required: true, ...text } },
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Post' } } },
      },
      '401': {},
      '409': {},
    },
  };
  return {
    servers: [{ url: '/' }],
    security: [{ bearer: [] }] as object[],
    paths: {
      '/posts/{id}': { parameters: [{ name: 'id', in: 'path', required: true, ...text }], put },
    } as Record<string, { parameters?: object[]; put?: Operation; get?: Operation }>,
    components: {
      parameters: { Locale: { name: 'locale', in: 'query', ...text } },
      schemas: {
        Write: { type: 'object', properties: { title: { type: 'string', maxLength: 200 } as Record<string, unknown> } },
        Post: { type: 'object', properties: { title: { type: 'string' } as Record<string, unknown> } },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token' } as Record<string, unknown>,
        password: { type: 'oauth2', flows: { password: { tokenUrl: '/token', scopes: {} } } },
      } as Record<string, Record<string, unknown>>,
    },
  };
}

type Document = ReturnType<typeof makeDocument>;
type Change = (put: Operation, document: Document) => void;

const changed = (change: Change | undefined): Document => {
  const document = makeDocument();
  change?.(document.paths['/posts/{id}']?.put as Operation, document);
  return document;
};

const PUT = '#/paths/~1posts~1{id}/put';
const NAME = '(PUT /posts/{id})';

const lower: Change = ({ parameters }) => Object.assign(parameters[1] ?? {}, { name: 'if-match' });
const retire =
  (sunset?: string): Change =>
  (put) =>
    Object.assign(put, { deprecated: true, 'x-sunset': sunset });
const remove: Change = (_put, { paths }) => {
  delete paths['/posts/{id}'];
};

const BREAKING: { name: string; old?: Change; now: Change; tells: string[] }[] = [
  { name: 'an operation is gone', now: remove, tells: [`${PUT} is gone, and was not deprecated ${NAME}`] },
  {
    name: 'an operation is gone before its sunset',
    old: retire('2026-09-03'),
    now: remove,
    tells: [`${PUT} is gone before its sunset, 2026-09-03 ${NAME}`],
  },
  {
    name: 'a deprecated operation without a sunset is gone',
    old: retire(),
    now: remove,
    tells: [`${PUT} is gone, and was deprecated without a sunset ${NAME}`],
  },
  {
    name: 'an operation is gone that has a sunset and is not deprecated',
    old: (put) => Object.assign(put, { 'x-sunset': '2020-01-01' }),
    now: remove,
    tells: [`${PUT} is gone, and was not deprecated ${NAME}`],
  },
  {
    name: 'a sunset is brought forward',
    old: retire('2027-01-01'),
    now: retire('2026-12-31'),
    tells: [`${PUT} has its sunset on 2026-12-31, before 2027-01-01 ${NAME}`],
  },
  {
    name: 'the method is another one',
    now: (put, { paths }) => (paths['/posts/{id}'] = { get: put }),
    tells: [`${PUT} is gone, and was not deprecated ${NAME}`],
  },
  {
    name: 'the operationId is another one',
    now: (put) => (put.operationId = 'postsWrite'),
    tells: [`${PUT} has the operationId postsWrite, not postsReplace: clients name functions after it ${NAME}`],
  },
  {
    name: 'a parameter is gone',
    now: (put) => put.parameters.shift(),
    tells: [`${PUT}/parameters/0 the parameter limit (query) is not taken any more ${NAME}`],
  },
  {
    name: 'a parameter of the path item is gone',
    now: (_put, { paths }) => delete paths['/posts/{id}']?.parameters,
    tells: [`#/paths/~1posts~1{id}/parameters/0 the parameter id (path) is not taken any more ${NAME}`],
  },
  {
    name: 'a parameter moves',
    now: ({ parameters }) => Object.assign(parameters[0] ?? {}, { in: 'header' }),
    tells: [`${PUT}/parameters/0 the parameter limit (query) is in the header now ${NAME}`],
  },
  {
    name: 'a parameter is needed',
    now: ({ parameters }) => Object.assign(parameters[0] ?? {}, { required: true }),
    tells: [`${PUT}/parameters/0 the parameter limit (query) is required now ${NAME}`],
  },
  {
    name: 'a new parameter is needed',
    now: ({ parameters }) => parameters.push({ name: 'q', in: 'query', required: true, ...text }),
    tells: [`${PUT}/parameters/3 the parameter q (query) is required now ${NAME}`],
  },
  {
    name: 'a parameter is written in another way',
    now: ({ parameters }) => Object.assign(parameters[0] ?? {}, { explode: false }),
    tells: [`${PUT}/parameters/0 the parameter limit (query) is written in another way now ${NAME}`],
  },
  {
    name: 'a parameter that is referred to is narrower',
    now: (_put, { components }) =>
      Object.assign((components.parameters.Locale.schema = { type: 'string', maxLength: 2 } as never)),
    tells: [`#/components/parameters/Locale/schema has the maxLength 2 now, not none ${NAME}`],
  },
  {
    name: 'the body is needed',
    now: ({ requestBody }) => Object.assign(requestBody ?? {}, { required: true }),
    tells: [`${PUT}/requestBody is required now ${NAME}`],
  },
  {
    name: 'a body is needed where there was none',
    old: (put) => delete put.requestBody,
    now: ({ requestBody }) => Object.assign(requestBody ?? {}, { required: true }),
    tells: [`${PUT}/requestBody is required now ${NAME}`],
  },
  {
    name: 'the body is gone',
    now: (put) => delete put.requestBody,
    tells: [`${PUT}/requestBody is not taken any more ${NAME}`],
  },
  {
    name: 'the body has another media type',
    now: ({ requestBody }) => Object.assign(requestBody ?? {}, { content: { 'text/plain': {} } }),
    tells: [`${PUT}/requestBody/content/application~1json is gone from requests ${NAME}`],
  },
  {
    name: 'what is written is narrower',
    now: (_put, { components }) => (components.schemas.Write.properties.title = { type: 'string', maxLength: 100 }),
    tells: [`#/components/schemas/Write/properties/title has the maxLength 100 now, not 200 ${NAME}`],
  },
  {
    name: 'a success is gone',
    now: ({ responses }) => {
      responses['201'] = responses['200'] ?? {};
      delete responses['200'];
    },
    tells: [`${PUT}/responses/200 is not among the answers any more ${NAME}`],
  },
  {
    name: 'an error is gone that says how things are',
    now: ({ responses }) => delete responses['409'],
    tells: [`${PUT}/responses/409 is not among the answers any more ${NAME}`],
  },
  {
    name: 'an answer has another media type',
    now: ({ responses }) => Object.assign(responses['200'] ?? {}, { content: { 'text/plain': {} } }),
    tells: [`${PUT}/responses/200/content/application~1json is gone from answers ${NAME}`],
  },
  {
    name: 'a header is gone',
    now: ({ responses }) => delete responses['200']?.headers,
    tells: [`${PUT}/responses/200/headers/ETag is gone from answers ${NAME}`],
  },
  {
    name: 'a header is not always there',
    now: ({ responses }) => Object.assign(responses['200'] ?? {}, { headers: { ETag: text } }),
    tells: [`${PUT}/responses/200/headers/ETag is not always in answers any more ${NAME}`],
  },
  {
    name: 'a header may be null',
    now: ({ responses }) =>
      Object.assign(responses['200']?.headers?.['ETag'] ?? {}, { schema: { type: ['string', 'null'] } }),
    tells: [`${PUT}/responses/200/headers/ETag/schema may be null now ${NAME}`],
  },
  {
    name: 'what is read is wider',
    now: (_put, { components }) => (components.schemas.Post.properties.title = { type: ['string', 'null'] }),
    tells: [`#/components/schemas/Post/properties/title may be null now ${NAME}`],
  },
  {
    name: 'a sign-in is asked for',
    old: (put) => (put.security = []),
    now: (put) => delete put.security,
    tells: [`${PUT} does not let in everybody any more ${NAME}`],
  },
  {
    name: 'a sign-in is asked for that could be done without',
    old: (put) => (put.security = [{}, { bearer: [] }]),
    now: () => undefined,
    tells: [`${PUT} does not let in everybody any more ${NAME}`],
  },
  {
    name: 'another scope is asked for',
    now: (put) => (put.security = [{ bearer: ['write'] }]),
    tells: [`${PUT} does not let in who comes with {"bearer":[]} any more ${NAME}`],
  },
  {
    name: 'a second scheme is asked for',
    now: (_put, document) => (document.security = [{ bearer: [], password: [] }]),
    tells: [`${PUT} does not let in who comes with {"bearer":[]} any more ${NAME}`],
  },
  {
    name: 'a scheme is another one',
    now: (_put, { components }) => Object.assign(components.securitySchemes['bearer'] ?? {}, { scheme: 'basic' }),
    tells: ['#/components/securitySchemes/bearer is used in another way now'],
  },
  {
    name: 'a scheme is gone',
    now: (_put, { components }) => delete components.securitySchemes['bearer'],
    tells: ['#/components/securitySchemes/bearer is gone'],
  },
  {
    name: 'tokens come from elsewhere',
    now: (_put, { components }) =>
      Object.assign(components.securitySchemes['password'] ?? {}, { flows: { password: { tokenUrl: '/tokens' } } }),
    tells: ['#/components/securitySchemes/password is used in another way now'],
  },
  {
    name: 'the server is another one',
    now: (_put, document) => (document.servers = [{ url: '/v2' }]),
    tells: ['#/servers have not / any more'],
  },
];

const COMPATIBLE: { name: string; old?: Change; now: Change }[] = [
  { name: 'nothing changes', now: () => undefined },
  { name: 'an operation is gone on the day of its sunset', old: retire(TODAY), now: remove },
  { name: 'an operation is deprecated', now: retire('2027-01-01') },
  { name: 'a sunset is put off', old: retire('2027-01-01'), now: retire('2027-06-01') },
  { name: 'a deprecation is taken back', old: retire('2027-01-01'), now: () => undefined },
  {
    name: 'an operation is added',
    now: (put, { paths }) => (paths['/tags'] = { get: { ...put, operationId: 'tags' } }),
  },
  { name: 'a parameter is added', now: ({ parameters }) => parameters.push({ name: 'q', in: 'query', ...text }) },
  { name: 'parameters change places', now: ({ parameters }) => parameters.push(parameters.shift() ?? {}) },
  {
    name: 'a parameter moves up to its path',
    now: (put, { paths }) => paths['/posts/{id}']?.parameters?.push(put.parameters.shift() ?? {}),
  },
  { name: 'a header is written with other letters', now: lower },
  {
    name: 'a parameter need not be sent',
    old: ({ parameters }) => Object.assign(parameters[0] ?? {}, { required: true }),
    now: () => undefined,
  },
  {
    name: 'the way a parameter is written is told',
    now: ({ parameters }) => Object.assign(parameters[0] ?? {}, { style: 'form', explode: true }),
  },
  {
    name: 'the body need not be sent',
    old: ({ requestBody }) => Object.assign(requestBody ?? {}, { required: true }),
    now: () => undefined,
  },
  { name: 'a body may be sent', old: (put) => delete put.requestBody, now: () => undefined },
  {
    name: 'a body may be of another media type',
    now: ({ requestBody }) => Object.assign(requestBody?.content ?? {}, { 'text/plain': {} }),
  },
  {
    name: 'what is written is wider',
    now: (_put, { components }) => (components.schemas.Write.properties.title = { type: ['string', 'null'] }),
  },
  {
    name: 'what is read is narrower',
    now: (_put, { components }) => (components.schemas.Post.properties.title = { type: 'string', enum: ['a'] }),
  },
  { name: 'an error is added', now: ({ responses }) => (responses['404'] = {}) },
  { name: 'nobody is refused', now: ({ responses }) => delete responses['401'] },
  { name: 'a header is added', now: ({ responses }) => Object.assign(responses['200']?.headers ?? {}, { Link: text }) },
  {
    name: "an answer's header is written with other letters",
    now: ({ responses }) => Object.assign(responses['200'] ?? {}, { headers: { etag: { required: true, ...text } } }),
  },
  { name: 'everybody is let in', now: (put) => (put.security = []) },
  { name: 'there is another way in', now: (put) => (put.security = [{ password: [] }, { bearer: [] }]) },
  { name: 'the way in is told by each operation', now: (put) => (put.security = [{ bearer: [] }]) },
  {
    name: 'a scheme is described in other words',
    now: (_put, { components }) => Object.assign(components.securitySchemes['bearer'] ?? {}, { description: 'x' }),
  },
  { name: 'a server is added', now: (_put, document) => document.servers.push({ url: 'https://example.com' }) },
];

const widen: Change = (put, document) => {
  for (const path of ['/a', '/b', '/c', '/d']) document.paths[path] = { put };
};

const loop: Change = (_put, { components }) =>
  Object.assign(components.parameters, { Locale: { $ref: '#/components/parameters/Locale' } });

describe('breakingChanges', () => {
  it.each(BREAKING)('tells that $name', ({ old, now, tells }) => {
    expect(breakingChanges(changed(old), changed(now), TODAY)).toEqual(tells);
  });

  it.each(COMPATIBLE)('has nothing against it that $name', ({ old, now }) => {
    expect(breakingChanges(changed(old), changed(now), TODAY)).toEqual([]);
  });

  it('tells once what touches many operations, and names a few of them', () => {
    const old = changed(widen);
    const now = changed(widen);
    now.components.schemas.Post.properties.title = {};
    expect(breakingChanges(old, now, TODAY)).toEqual([
      '#/components/schemas/Post/properties/title may be anything now (PUT /posts/{id}, PUT /a, PUT /b, 2 more)',
    ]);
  });

  it('refuses what refers to itself', () => {
    expect(() => breakingChanges(changed(loop), changed(loop), TODAY)).toThrow('leads back to itself');
  });
});
