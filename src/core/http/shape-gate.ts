import { AppError, type FieldError } from '../../common/errors/app-error.js';

/** Deeper than any body that a route reads. */
export const MAX_DEPTH = 16;
/** More members, in all levels together, than any body that a route reads. */
export const MAX_MEMBERS = 2_000;

interface Pending {
  value: unknown;
  path: string;
  depth: number;
}

/**
 * Refuses bodies whose shape alone is hostile, before any code of ours looks at them: too deep, too many members, keys
 * that reach prototypes, texts that PostgreSQL cannot store, or anything but an object at the top.
 * @throws AppError `VALIDATION_FAILED` that names the field
 */
export function checkShape(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refuse('', 'NOT_AN_OBJECT', 'The body must be a JSON object.');

  let members = 0;
  // A list instead of recursion: the depth is the client's choice, the stack is ours.
  const pending: Pending[] = [{ value: body, path: '', depth: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') checkText(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= MAX_DEPTH) throw refuse(path, 'TOO_DEEP', `Nested deeper than ${MAX_DEPTH} levels.`);
    for (const [key, member] of Object.entries(value)) {
      members += 1;
      if (members > MAX_MEMBERS) throw refuse('', 'TOO_MANY_MEMBERS', `More than ${MAX_MEMBERS} members.`);
      checkKey(key, path);
      pending.push({ value: member, path: join(path, key), depth: depth + 1 });
    }
  }
}

/**
 * Refuses names that every object has already, such as `__proto__` and `toString`.
 * @throws AppError `VALIDATION_FAILED` that names the field
 */
export function checkKey(key: string, path = ''): void {
  if (key === 'prototype' || key in Object.prototype)
    throw refuse(join(path, key), 'FORBIDDEN_KEY', 'This key is not allowed.');
  checkText(key, path);
}

/**
 * Refuses a text with NUL, which PostgreSQL cannot store, or with half of a surrogate pair, which UTF-8 cannot carry.
 * @throws AppError `VALIDATION_FAILED` that names the field
 */
export function checkText(text: string, field: string): void {
  if (text.includes('\0')) throw refuse(field, 'INVALID_CHARACTER', 'NUL is not allowed.');
  if (!text.isWellFormed()) throw refuse(field, 'INVALID_CHARACTER', 'Half of a surrogate pair is not allowed.');
}

/** Long keys of a client's own making are not echoed in full. */
const join = (path: string, key: string): string => (path ? `${path}.${key}` : key).toWellFormed().slice(0, 200);

function refuse(field: string, code: string, detail: string): AppError {
  const error: FieldError = { field, code, detail };
  return new AppError('VALIDATION_FAILED', { detail: field ? `${field}: ${detail}` : detail, errors: [error] });
}
