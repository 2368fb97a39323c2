import { PROBLEMS, type ProblemCode } from '../../common/errors/problems.js';
import { errorResponses, PROBLEM_SCHEMA } from './error-responses.js';

interface Documented {
  description: string;
  headers?: object;
  content: Record<string, { schema: object; examples?: Record<string, { value: Record<string, unknown> }> }>;
}

const responsesOf = (...codes: ProblemCode[]) => errorResponses(codes) as unknown as Record<string, Documented>;

describe('errorResponses', () => {
  it('has one response a status, with an example for each of its codes', () => {
    const responses = responsesOf('POST_NOT_FOUND', 'SLUG_TAKEN', 'EMAIL_TAKEN', 'SLUG_TAKEN');
    expect(Object.keys(responses).sort()).toEqual(['404', '409', 'default']);
    const examples = responses['409']?.content['application/problem+json']?.examples ?? {};
    expect(responses['409']?.description).toBe('The e-mail address is taken; The slug is taken');
    expect(Object.keys(examples)).toEqual(['EMAIL_TAKEN', 'SLUG_TAKEN']);
  });

  it.each(Object.keys(PROBLEMS) as ProblemCode[])('shows %s as it is answered', (code) => {
    const { status, title } = PROBLEMS[code];
    const example = responsesOf(code)[status]?.content['application/problem+json']?.examples?.[code]?.value;
    expect(example).toMatchObject({ code, status, title, error: title, type: `https://example.com/errors/${code}` });
    for (const member of (PROBLEM_SCHEMA as { required: string[] }).required) expect(example).toHaveProperty(member);
    expect(example?.['errors'] !== undefined).toBe(code === 'VALIDATION_FAILED');
  });

  it.each([
    { code: 'UNAUTHENTICATED', status: 401, header: 'WWW-Authenticate' },
    { code: 'RATE_LIMITED', status: 429, header: 'Retry-After' },
    { code: 'SERVICE_UNAVAILABLE', status: 503, header: 'Retry-After' },
  ] as const)('documents $header with $status', ({ code, status, header }) => {
    expect(Object.keys(responsesOf(code)[status]?.headers ?? {})).toEqual([header]);
  });

  it('documents no header with other statuses', () => {
    expect(responsesOf('POST_NOT_FOUND')['404']).not.toHaveProperty('headers');
  });

  it('says that any other error has the same envelope, with what any request may meet as the example', () => {
    const responses = responsesOf();
    expect(Object.keys(responses)).toEqual(['default']);
    expect(responses['default']?.content).toMatchObject({
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: { MISDIRECTED_REQUEST: { value: { status: 421, code: 'MISDIRECTED_REQUEST' } } },
      },
    });
  });
});
