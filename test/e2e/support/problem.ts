import type { Answer } from '../../support/test-client.js';

/** What an envelope has, `errors` aside; nothing else may be in it. */
const MEMBERS = ['code', 'detail', 'error', 'instance', 'requestId', 'status', 'title', 'type'];

/** Stacks, SQL, paths, the names of our libraries and versions: nobody outside needs to know them. */
const INTERNALS =
  /node_modules|\.[cm]?[jt]s\b|\n\s+at |\b(select|insert into|update \w+ set|delete from)\b|\b(typeorm|fastify|nestjs|node-postgres|bullmq|postgres(ql)?|sqlstate)\b|\/(work|home|usr|src|dist|tmp)\/|(?<![\w.])v?\d+\.\d+\.\d+(?![\w.])/i;

/** Holds an error against the contract: the envelope to the member, its headers, and nothing of the inside. */
export function expectProblem(answer: Answer, status: number, code?: string): void {
  expect(answer).toMatchObject({ status, body: code === undefined ? {} : { code } });
  const { body, headers } = answer;
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(Object.keys(body).sort()).toEqual([...MEMBERS, ...('errors' in body ? ['errors'] : [])].sort());
  expect(body).toMatchObject({ status, error: body.title, requestId: headers.get('x-request-id') });
  expect(body.type).toMatch(new RegExp(`^https?://[^/]+/errors/${body.code}$`));
  expect(typeof body.detail).toBe('string');
  expect(body.detail).not.toBe('');
  expectFields(body.code, body.errors);
  expectRefusalHeaders(answer);
  expectNoInternals(answer);
}

/** What the routes that speak OAuth answer instead (RFC 6749 §5.2). */
export function expectOAuthError(answer: Answer, status: number, error: string): void {
  expect(answer).toMatchObject({ status, body: { error } });
  expect(Object.keys(answer.body).sort()).toEqual(['error', 'error_description']);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.body.error_description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  expectNoInternals(answer);
}

/** A refused body says which fields; no other error has a list of them. */
function expectFields(code: string, errors: unknown): void {
  const shape = { field: expect.any(String), code: expect.stringMatching(/^[A-Z0-9_]+$/), detail: expect.any(String) };
  expect(errors).toEqual(code === 'VALIDATION_FAILED' ? expect.arrayContaining([shape]) : undefined);
}

function expectRefusalHeaders({ status, headers }: Answer): void {
  const present = (name: string) => headers.get(name) !== null;
  expect({
    challenge: present('www-authenticate'),
    retryAfter: present('retry-after'),
    allow: present('allow'),
  }).toEqual({ challenge: status === 401, retryAfter: status === 429 || status === 503, allow: status === 405 });
}

/** The path is the client's own, and repeated to it; everything else is looked through. */
export function expectNoInternals({ body, text, headers }: Answer): void {
  const said = body === undefined ? text : JSON.stringify({ ...body, instance: '', type: '' });
  expect(said).not.toMatch(INTERNALS);
  expect(headers.get('server')).toBeNull();
  expect(headers.get('x-powered-by')).toBeNull();
}

/** The fields that a 422 names, each once, sorted. */
export const refusedFields = (answer: Answer): string[] =>
  [...new Set((answer.body?.errors ?? []).map((error: { field: string }) => error.field) as string[])].sort();
