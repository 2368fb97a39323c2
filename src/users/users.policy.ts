import type { Actor } from '../common/access/actor.js';

/** Who may do what with an account; pure, and the only place that says so. */

export const isAdministrator = (actor: Actor | undefined): boolean => actor?.role === 'admin';

export const canChangeAccount = (actor: Actor, userId: string): boolean =>
  actor.id === userId || isAdministrator(actor);

/** The address and the state of an account are its owner's and the administrators' business. */
export const canSeePrivate = canChangeAccount;
