import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ROUTE_EXTENSION } from '../openapi/extensions.js';
import type { Role } from './role.js';

export const ROLES_KEY = 'access:roles';

/** Lets in only accounts that have one of these roles; the others get 403 `ROLE_REQUIRED`. */
export const Roles = (...roles: [Role, ...Role[]]) =>
  applyDecorators(SetMetadata(ROLES_KEY, roles), ApiExtension(ROUTE_EXTENSION.access, 'restricted'));
