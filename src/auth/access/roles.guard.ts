import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Actor } from '../../common/access/actor.js';
import type { Role } from '../../common/access/role.js';
import { ROLES_KEY } from '../../common/access/roles.decorator.js';
import { AppError } from '../../common/errors/app-error.js';

/** Lets in the roles that `@Roles()` names, and everybody where there is none. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES_KEY, targets);
    if (!roles) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: Actor }>();
    if (!user || !roles.includes(user.role)) throw new AppError('ROLE_REQUIRED');
    return true;
  }
}
