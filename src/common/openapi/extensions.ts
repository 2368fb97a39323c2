import type { DeprecationPlan } from '../deprecation/deprecation.js';
import type { ProblemCode } from '../errors/problems.js';

/**
 * What decorators tell the OpenAPI document of a route. Only the making of the document reads it, and takes it out.
 */
export const ROUTE_EXTENSION = {
  access: 'x-broadsheet-access',
  errors: 'x-broadsheet-errors',
  ownErrorFormat: 'x-broadsheet-own-error-format',
  idempotent: 'x-broadsheet-idempotent',
  deprecation: 'x-broadsheet-deprecation',
} as const;

/** `open`: no token is looked at; `optional`: one may be sent; `closed`: one must; `restricted`: and the role must fit. */
export type RouteAccess = 'open' | 'optional' | 'closed' | 'restricted';

export interface RouteExtensions {
  [ROUTE_EXTENSION.access]?: RouteAccess;
  [ROUTE_EXTENSION.errors]?: ProblemCode[];
  [ROUTE_EXTENSION.ownErrorFormat]?: boolean;
  [ROUTE_EXTENSION.idempotent]?: boolean;
  [ROUTE_EXTENSION.deprecation]?: DeprecationPlan;
}
