import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../../common/errors/problems.js';
import { problemBody, type ProblemBody } from '../errors/problem-body.js';

type Responses = NonNullable<OpenAPIObject['paths'][string]['get']>['responses'];
type Response = Exclude<Responses[string], { $ref: string } | undefined>;
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description: 'An error (RFC 9457), with `error` and `detail` for clients that look for those.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'The page of the code' },
    title: { type: 'string', description: 'Short, and the same for every error of the code' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What is wrong this time, for people' },
    instance: { type: 'string', description: 'The path of the request' },
    error: { type: 'string', description: 'The same as `title`' },
    code: { type: 'string', pattern: '^[A-Z0-9_]+$', description: 'Stable; for programs' },
    requestId: { type: 'string', description: 'The same as the header `X-Request-Id`' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'code', 'detail'],
        properties: {
          field: { type: 'string', description: 'Path of the field, such as `tags.3`; empty for the whole body' },
          code: { type: 'string', pattern: '^[A-Z0-9_]+$' },
          detail: { type: 'string' },
        },
      },
    },
  },
};

const EXAMPLE_ORIGIN = {
  baseUrl: 'https://example.com',
  instance: '/api/v1/…',
  requestId: '01970f41-52aa-7c0d-8d11-90a2b7f3c644',
};

const EXAMPLE_FIELD = {
  field: 'title',
  code: 'MAX_LENGTH',
  detail: 'title must be shorter than or equal to 200 characters',
};

const RETRY_AFTER = { description: 'Seconds to wait', schema: { type: 'integer' as const, minimum: 0 } };
const CHALLENGE = { description: 'RFC 6750 §3', schema: { type: 'string' as const } };

/** One response a status, with an example for each code. */
export function errorResponses(codes: ProblemCode[]): Responses {
  const responses: Responses = {};
  for (const code of [...new Set(codes)].sort()) {
    const { status, title } = PROBLEMS[code];
    const response = (responses[status] ??= emptyResponse(status)) as Response;
    response.description = response.description ? `${response.description}; ${title}` : title;
    const examples = (response.content?.['application/problem+json']?.examples ?? {}) as Record<string, object>;
    examples[code] = { summary: title, value: problemExample(code) };
  }
  responses['default'] = anyOtherError();
  return responses;
}

function emptyResponse(status: number): Response {
  return {
    description: '',
    ...((status === 429 || status === 503) && { headers: { 'Retry-After': RETRY_AFTER } }),
    ...(status === 401 && { headers: { 'WWW-Authenticate': CHALLENGE } }),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples: {} } },
  };
}

/** What any request may meet in front of its route. */
function anyOtherError(): Response {
  const code = 'MISDIRECTED_REQUEST';
  const examples = { [code]: { summary: PROBLEMS[code].title, value: problemExample(code) } };
  const schema = { $ref: '#/components/schemas/Problem' };
  return {
    description: 'Any other error, in the same envelope',
    content: { 'application/problem+json': { schema, examples } },
  };
}

/** What an answer of this code looks like. */
export function problemExample(code: ProblemCode): ProblemBody {
  const errors = code === 'VALIDATION_FAILED' ? [EXAMPLE_FIELD] : undefined;
  return problemBody({ code, message: errors?.[0]?.detail ?? PROBLEMS[code].title, errors }, EXAMPLE_ORIGIN);
}
