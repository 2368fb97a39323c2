import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationsOf } from '../../fuzz/operations.js';
import { contentFault, trespassOf } from '../../fuzz/verdict/access.js';
import { Contract } from '../../fuzz/verdict/contract.js';
import { leakOf, liveMarkupIn } from '../../fuzz/verdict/leaks.js';

const document = JSON.parse(readFileSync(join(process.cwd(), 'openapi.json'), 'utf8'));
const operations = operationsOf(document);
const contract = new Contract(document, operations);

const ME = '01970f3e-6c2a-7b3e-9c55-2f4f8d1f0a11';
const OTHER = '01970f40-1d5e-7c21-8a34-6b0c9e7d2f55';
const user = { name: 'user', role: 'user', id: ME };
const admin = { name: 'admin', role: 'admin', id: ME };

const PROBLEM = {
  type: 'http://localhost/errors/POST_NOT_FOUND',
  title: 'No such post',
  status: 404,
  detail: 'No such post',
  instance: '/x',
  error: 'No such post',
  code: 'POST_NOT_FOUND',
  requestId: 'r',
};
const HEADERS = { 'content-type': 'application/problem+json; charset=utf-8', 'x-request-id': 'r' };

const operation = (method: string, path: string) => {
  const found = contract.operationAt(method, path);
  if (!found) throw new Error(`There is no ${method} ${path}`);
  return found;
};

const answer = (status: number, body: unknown, headers: Record<string, string> = HEADERS) => ({
  status,
  headers,
  text: typeof body === 'string' ? body : JSON.stringify(body),
  milliseconds: 1,
});

const seen = (body: unknown, method = 'GET', path = '/api/v1/users', url = path) =>
  contentFault(body, {
    operation: operation(method, path),
    person: user,
    isProven: true,
    url,
    owners: new Map(),
  } as never);

const told = (text: string, status = 400, headers = {}, url = '/x') =>
  leakOf({ method: 'GET', url, headers: [] }, { status, headers, text, milliseconds: 1 }, ['a secret of ours']);

describe('the verdict on an answer', () => {
  const fault = (given: ReturnType<typeof answer>, method = 'GET', path = `/api/v1/posts/${OTHER}`) =>
    contract.faultOf(method, contract.operationAt(method, path), given);
  const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

  it('finds every operation by its own path, the narrowest first', () => {
    expect(operations.length).toBeGreaterThan(30);
    for (const { method, path, name } of operations)
      expect(operation(method, path.replaceAll(/\{[^}]+\}/g, OTHER)).name).toBe(name);
    expect(operation('GET', '/api/v1/users/me').path).toBe('/api/v1/users/me');
    expect(operation('GET', '/%61pi/v1/users/me').path).toBe('/api/v1/users/me');
    expect(operation('GET', 'http://localhost/api/v1/users/me?x').path).toBe('/api/v1/users/me');
  });

  it('takes the envelope', () => expect(fault(answer(404, PROBLEM))).toBeUndefined());

  it.each([
    ['a status that is not declared', answer(418, PROBLEM)],
    ['a page in place of the envelope', answer(404, '<h1>Not found</h1>', { 'content-type': 'text/html' })],
    ['another content type', answer(404, PROBLEM, { ...HEADERS, 'content-type': 'application/json' })],
    ['a member too many', answer(404, { ...PROBLEM, stack: 'x' })],
    ['a member too few', answer(404, { ...PROBLEM, code: undefined })],
    ['another status inside', answer(404, { ...PROBLEM, status: 400 })],
    ['another request id', answer(404, PROBLEM, { ...HEADERS, 'x-request-id': 's' })],
    ['a 401 without a challenge', answer(401, { ...PROBLEM, status: 401 })],
    ['a list of fields where none belongs', answer(404, { ...PROBLEM, errors: [] })],
    ['a body of another shape', answer(200, { id: 7 }, JSON_TYPE)],
    ['a body that is no JSON', answer(200, '{', JSON_TYPE)],
    ['a body where none may be', answer(304, 'x')],
  ])('refuses %s', (_name, given) => expect(fault(given)).toEqual(expect.any(String)));

  it('refuses an envelope of a path that nobody knows unless it is one', () => {
    expect(fault(answer(404, PROBLEM), 'GET', '/nowhere')).toBeUndefined();
    expect(fault(answer(404, 'x', {}), 'GET', '/nowhere')).toEqual(expect.any(String));
  });
});

describe('the verdict on who was served', () => {
  const served = (method: string, path: string, person: object, isProven = true, owner = OTHER) =>
    trespassOf({
      operation: operation(method, path),
      person,
      isProven,
      url: path,
      owners: new Map([[OTHER, owner]]),
    } as never);

  it.each([
    ['nobody', 'GET', '/api/v1/users/me', user, false],
    ['a user among the jobs', 'GET', '/api/v1/admin/jobs', user, true],
    ['a user who changes another', 'PATCH', `/api/v1/users/${OTHER}`, user, true],
    ['the same by an id in capitals', 'DELETE', `/api/v1/users/${OTHER.toUpperCase()}`, user, true],
    ['a user who changes another’s post', 'PATCH', `/api/v1/posts/${OTHER}`, user, true],
    ['a user who reads what another’s post was', 'GET', `/api/v1/posts/${OTHER}/revisions`, user, true],
    ['an administrator who ends another’s session', 'DELETE', `/api/v1/auth/sessions/${OTHER}`, admin, true],
  ])('refuses %s', (_name, method, path, person, isProven) =>
    expect(served(method, path, person, isProven)).toEqual(expect.any(String)),
  );

  it.each([
    ['nobody where all may read', 'GET', `/api/v1/posts/${OTHER}`, user, false, OTHER],
    ['oneself', 'PATCH', `/api/v1/users/${ME}`, user, true, OTHER],
    ['the author', 'PATCH', `/api/v1/posts/${OTHER}`, user, true, ME],
    ['an administrator', 'GET', '/api/v1/admin/jobs', admin, true, OTHER],
    ['who follows somebody', 'PUT', `/api/v1/users/${OTHER}/subscription`, user, true, OTHER],
  ])('takes %s', (_name, method, path, person, isProven, owner) =>
    expect(served(method, path, person, isProven, owner)).toBeUndefined(),
  );
});

describe('the verdict on what was seen', () => {
  const account = { id: OTHER, username: 'ada', role: 'user' };
  const mine = { ...account, id: ME, email: 'a', isActive: true, emailVerified: false };
  const post = { id: OTHER, author: { id: OTHER }, status: 'published', version: 1, content: 'x' };

  it.each([
    ['the address of somebody else', { items: [{ ...account, email: 'ada@example.com' }] }],
    ['a role that one gave oneself', { ...mine, role: 'admin' }],
    ['an address that one verified oneself', { ...mine, emailVerified: true }],
    ['a draft of somebody else', { items: [{ ...post, status: 'draft' }] }],
    ['a version below one', { ...post, version: 0 }],
  ])('refuses %s', (_name, body) => expect(seen(body)).toEqual(expect.any(String)));

  it('refuses an account that was made with a role, and a post of another author', () => {
    expect(seen({ ...account, role: 'admin' }, 'POST')).toEqual(expect.any(String));
    expect(seen(post, 'POST', '/api/v1/posts')).toEqual(expect.any(String));
  });

  it.each([
    ['accounts without addresses', { items: [account] }],
    ['oneself', mine],
    ['posts of others', { items: [post] }],
  ])('takes %s', (_name, body) => expect(seen(body)).toBeUndefined());

  it.each([
    ['<script src=x>', true],
    ['<a href="java\nscript:alert(1)">', true],
    ['<img src=x onerror="a">', true],
    ['<p>javascript:alert(1) onerror=x</p>', false],
  ])('knows live markup: %s', (html, isLive) => expect(liveMarkupIn(html) !== undefined).toBe(isLive));
});

describe('the verdict on what was told', () => {
  it.each([
    ['a secret', 'x a secret of ours', 200, {}],
    ['a hash', `$2b$04$${'a'.repeat(53)}`, 200, {}],
    ['a stack', 'Error\n    at f (/work/dist/a.js:1:2)', 400, {}],
    ['a statement', 'syntax error in SELECT id FROM users', 400, {}],
    ['what the database says', 'duplicate key value violates unique constraint', 409, {}],
    ['a header of the client', '', 200, { 'x-injected': '1' }],
    ['its server', '', 200, { server: 'x' }],
  ])('refuses %s', (_name, text, status, headers) => expect(told(text, status, headers)).toEqual(expect.any(String)));

  it('takes what people wrote, and what is the client’s own', () => {
    expect(told('how to SELECT id FROM users', 200)).toBeUndefined();
    expect(told('no such /work/x', 404, {}, '/work/x')).toBeUndefined();
  });
});
