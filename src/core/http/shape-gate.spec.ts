import { AppError } from '../../common/errors/app-error.js';
import { checkShape, checkText, MAX_DEPTH, MAX_MEMBERS } from './shape-gate.js';

/** What the gate says of a body: the field and the code, or nothing. */
function refusal(body: unknown): { field: string; code: string } | undefined {
  try {
    checkShape(body);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error;
    const [first] = error.errors ?? [];
    return first && { field: first.field, code: first.code };
  }
  return undefined;
}

/** An object with so many levels of objects, itself included. */
const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });

describe('checkShape', () => {
  it.each([
    { name: 'an empty object', body: {} },
    { name: 'plain members', body: { title: 'A', published: true, version: 1, excerpt: null, tags: ['a', 'b'] } },
    { name: 'an emoji, which is a whole surrogate pair', body: { title: '🗞️' } },
    { name: 'a key that only resembles a forbidden one', body: { constructors: 1, __proto: 1 } },
    { name: 'as many levels as are allowed', body: nested(MAX_DEPTH) },
    { name: 'as many members as are allowed', body: { list: Array.from({ length: MAX_MEMBERS - 1 }, () => 0) } },
  ])('lets through $name', ({ body }) => {
    expect(refusal(body)).toBeUndefined();
  });

  it.each([
    { name: 'null', body: null },
    { name: 'a text', body: 'text' },
    { name: 'a number', body: 1 },
    { name: 'nothing', body: undefined },
    { name: 'a list, which would slip past the validation of a DTO', body: [{ title: 'A' }] },
  ])('refuses $name instead of an object', ({ body }) => {
    expect(refusal(body)).toEqual({ field: '', code: 'NOT_AN_OBJECT' });
  });

  it.each([
    { name: '__proto__', json: '{"__proto__": {"role": "admin"}}', field: '__proto__' },
    { name: 'constructor', json: '{"constructor": 1}', field: 'constructor' },
    { name: 'toString', json: '{"toString": 1}', field: 'toString' },
    { name: 'hasOwnProperty, further in', json: '{"a": {"hasOwnProperty": 1}}', field: 'a.hasOwnProperty' },
    { name: 'prototype, further in', json: '{"a": [{"prototype": 1}]}', field: 'a.0.prototype' },
  ])('refuses the key $name', ({ json, field }) => {
    expect(refusal(JSON.parse(json))).toEqual({ field, code: 'FORBIDDEN_KEY' });
  });

  it.each([
    { name: 'NUL in a value', body: { title: 'a\0b' }, field: 'title' },
    { name: 'NUL in a list', body: { tags: ['a', '\0'] }, field: 'tags.1' },
    { name: 'NUL in a key', body: { author: { 'a\0': 1 } }, field: 'author' },
    { name: 'half of a surrogate pair', body: { title: 'a\uD83D' }, field: 'title' },
    { name: 'the other half', body: { title: '\uDDDEa' }, field: 'title' },
    { name: 'half of a pair in a key', body: { '\uD83D': 1 }, field: '' },
  ])('refuses $name', ({ body, field }) => {
    expect(refusal(body)).toEqual({ field, code: 'INVALID_CHARACTER' });
  });

  it('refuses one level too many', () => {
    expect(refusal(nested(MAX_DEPTH + 1))?.code).toBe('TOO_DEEP');
  });

  it('refuses nesting that would break the stack of a recursion', () => {
    const levels = 200_000;
    expect(refusal(JSON.parse(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`))?.code).toBe('TOO_DEEP');
  });

  it('refuses one member too many, counted over all levels', () => {
    const half = Array.from({ length: MAX_MEMBERS / 2 }, () => 0);
    expect(refusal({ one: half, other: half })).toEqual({ field: '', code: 'TOO_MANY_MEMBERS' });
  });

  it('does not echo long keys in full', () => {
    const { field } = refusal({ ['k'.repeat(10_000)]: '\0' }) ?? {};
    expect(field).toBe('k'.repeat(200));
  });
});

describe('checkText', () => {
  it('names the field', () => {
    expect(() => checkText('a\0', 'slug')).toThrow('slug: NUL is not allowed.');
  });

  it('lets through any other text', () => {
    expect(() => checkText('line\r\n\u0001\u202E🗞️', 'slug')).not.toThrow();
  });
});
