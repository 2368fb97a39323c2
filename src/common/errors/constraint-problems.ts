import type { ProblemCode } from './problems.js';

/** Constraints of the schema that a client can run into, and what it is told then. */
export const CONSTRAINT_PROBLEMS: Record<string, ProblemCode> = {
  users_email_key_unique: 'EMAIL_TAKEN',
  users_username_key_unique: 'USERNAME_TAKEN',
  posts_slug_unique: 'SLUG_TAKEN',
};
