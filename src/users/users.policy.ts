import type { Actor } from '../common/access/actor.js';
import { AppError } from '../common/errors/app-error.js';
import type { Role } from '../common/access/role.js';

/** Who may do what with an account; pure, and the only place that says so. */

export const isAdministrator = (actor: Actor | undefined): boolean => actor?.role === 'admin';

export const canChangeAccount = (actor: Actor, userId: string): boolean =>
  actor.id === userId || isAdministrator(actor);

/** The address and the state of an account are its owner's and the administrators' business. */
export const canSeePrivate = (actor: Actor, userId: string): boolean => canChangeAccount(actor, userId);

/** @throws AppError `ADMIN_FIELD` when somebody else sets what administrators alone may set */
export function checkAdministratorFields(actor: Actor | undefined, fields: { role?: Role; isActive?: boolean }): void {
  if (fields.role === undefined && fields.isActive === undefined) return;
  if (!isAdministrator(actor)) throw new AppError('ADMIN_FIELD');
}
