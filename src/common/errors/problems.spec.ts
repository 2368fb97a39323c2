import { STATUS_CODES } from 'node:http';
import { AppError, invalidField } from './app-error.js';
import { CONSTRAINT_PROBLEMS } from './constraint-problems.js';
import { PROBLEMS, type ProblemCode } from './problems.js';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];

describe('PROBLEMS', () => {
  it.each(CODES)('%s says what it is, what led to it, and what to do', (code) => {
    const { status, title, cause, remedy } = PROBLEMS[code];
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(STATUS_CODES).toHaveProperty(String(status));
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(cause).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });

  it('gives no two codes one title', () => {
    const titles = CODES.map((code) => PROBLEMS[code].title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('logs what is the server’s to mend as an error, and nothing that a client causes', () => {
    const loud = CODES.filter((code) => new AppError(code).level === 'error');
    expect(loud).toEqual(CODES.filter((code) => PROBLEMS[code].status >= 500));
  });

  it.each(Object.values(CONSTRAINT_PROBLEMS))('tells the violation of a constraint by %s, a conflict', (code) => {
    expect(PROBLEMS[code].status).toBe(409);
  });
});

describe('AppError', () => {
  it('takes status, title and level from its code', () => {
    expect(new AppError('RATE_LIMITED')).toMatchObject({
      name: 'AppError',
      message: 'Too many requests',
      status: 429,
      level: 'info',
      errors: undefined,
      headers: {},
    });
  });

  it('takes a detail, headers and a cause', () => {
    const cause = new Error('inside');
    const error = new AppError('CONFLICT', { detail: 'Once more.', headers: { 'retry-after': '1' }, cause });
    expect(error).toMatchObject({ message: 'Once more.', headers: { 'retry-after': '1' }, cause, level: 'debug' });
  });

  it('names the field that only a service can judge', () => {
    expect(invalidField('slug', 'RESERVED', 'slug is reserved')).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'slug is reserved',
      errors: [{ field: 'slug', code: 'RESERVED', detail: 'slug is reserved' }],
    });
  });
});
