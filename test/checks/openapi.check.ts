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

/** What people write, what only we can read, and what stands for one of several forms. */
const FREE_TEXTS = [
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'author',
  'content',
  'cursor',
  'email',
  'excerpt',
  'fields',
  'fullName',
  'id',
  'lastEventId',
  'q',
  'refresh_token',
  'tag',
  'tags',
  'title',
  'to',
  'token',
  'token_type_hint',
  'username',
];

/** Operations on one thing that answer the same whether it is there or not. */
const NEVER_MISSING = new Set(['DELETE /api/v1/users/{id}/subscription']);

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  pattern?: string;
  format?: string;
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  allOf?: Schema[];
  anyOf?: Schema[];
}

interface Response {
  $ref?: string;
  content?: Record<string, { example?: unknown; examples?: Record<string, { value: { status: number } }> }>;
}

const typesOf = ({ type = [] }: Schema): string[] => [type].flat();

function isBounded(schema: Schema): boolean {
  const types = typesOf(schema);
  if (types.includes('array') && schema.maxItems === undefined) return false;
  if (types.some((type) => type === 'integer' || type === 'number'))
    return schema.minimum !== undefined && schema.maximum !== undefined;
  if (!types.includes('string')) return true;
  return schema.maxLength !== undefined || !!schema.enum || ['uuid', 'date-time'].includes(schema.format ?? '');
}

/** An OAuth error is one example; of ours there is one for each code, of the status that it is shown for. */
function isExemplary(status: string, { content = {} }: Response): boolean {
  const media = Object.values(content);
  return (
    media.length > 0 &&
    media.every(({ example, examples }) => {
      const shown = Object.values(examples ?? {});
      if (shown.length === 0) return example !== undefined;
      return status === 'default' || shown.every(({ value }) => value.status === Number(status));
    })
  );
}

interface Operation {
  name: string;
  security?: object[];
  parameters?: { name: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** A part of what a client sends. */
interface Input {
  where: string;
  schema: Schema;
}

/** The statuses that follow from what an operation is; those that speak OAuth tell of a wrong parameter with 400. */
function refusalsOf({ name, security = [], parameters = [], requestBody }: Operation): string[] {
  const isOAuth = /auth\/(?:token|revoke)$/.test(name);
  return [
    ...(security.length > 0 ? ['401', '403'] : []),
    ...(name.includes('{') && !NEVER_MISSING.has(name) ? ['404'] : []),
    ...(requestBody ? ['400', '413', '415'] : []),
    ...((requestBody || parameters.length > 0) && !isOAuth ? ['422'] : []),
    '429',
    '503',
  ];
}

describe('openapi.json', () => {
  const document = JSON.parse(readFileSync('openapi.json', 'utf8')) as OpenAPIObject;

  const operations = () =>
    Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item[method] ? [{ name: `${method.toUpperCase()} ${path}`, ...item[method] }] : [])),
    );

  function resolve<Part extends { $ref?: string }>(part: Part): Part {
    const names = part.$ref?.slice(2).split('/');
    return names
      ? (names.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], document) as Part)
      : part;
  }

  /** The schema and all that is in it. */
  function partsOf(where: string, given: Schema): Input[] {
    const schema = resolve(given);
    const { items, allOf = [], anyOf = [], properties = {} } = schema;
    return [{ where, schema }].concat(
      items ? partsOf(`${where}[]`, items) : [],
      allOf.concat(anyOf).flatMap((part) => partsOf(where, part)),
      Object.entries(properties).flatMap(([name, part]) => partsOf(`${where}.${name}`, part)),
    );
  }

  const parametersOf = ({ name, parameters = [] }: Operation): Input[] =>
    parameters.flatMap((parameter) => partsOf(`${name} ${parameter.name}`, parameter.schema));

  const bodiesOf = ({ name, requestBody }: Operation): Input[] =>
    Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => partsOf(`${name} body`, schema));

  /** Every parameter and every part of a body. */
  const inputs = (): Input[] =>
    (operations() as Operation[]).flatMap((operation) => parametersOf(operation).concat(bodiesOf(operation)));

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

  it('has a right example for every error that an operation may answer', () => {
    const wrong = operations().flatMap(({ name, responses }) =>
      Object.entries(responses)
        .filter(([status]) => /^[45]|default/.test(status))
        .filter(([status, response]) => !isExemplary(status, resolve(response as Response)))
        .map(([status]) => `${name} ${status}`),
    );
    expect(wrong).toEqual([]);
  });

  it('names every operation once, in words', () => {
    const ids = operations().map(({ operationId }) => operationId ?? '');
    expect(ids.filter((id) => !/^[a-z]+(?:[A-Z][a-z]+)+$/.test(id))).toEqual([]);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it('bounds everything that goes in', () => {
    const found = inputs();
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter(({ schema }) => !isBounded(schema)).map(({ where }) => where)).toEqual([]);
  });

  it('says of every text that goes in which form it has, but of those that have none', () => {
    const formless = inputs().filter(
      ({ schema }) => typesOf(schema).includes('string') && !schema.enum && !schema.pattern && !schema.format,
    );
    const names = formless.map(({ where }) => where.replace(/\[\]$/, '').replace(/.*[ .]/, ''));
    expect([...new Set(names)].sort()).toEqual(FREE_TEXTS);
  });

  it('declares how each operation refuses', () => {
    const silent = operations().flatMap((operation) =>
      refusalsOf(operation as Operation)
        .filter((status) => !(status in operation.responses))
        .map((status) => `${operation.name} ${status}`),
    );
    expect(silent).toEqual([]);
  });

  it('says what every operation is for', () => {
    const silent = operations().filter(({ summary, description, tags }) => !summary || !description || !tags?.length);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});
