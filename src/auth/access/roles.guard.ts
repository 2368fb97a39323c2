import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Actor } from '../../common/access/actor.js';
import type { Role } from '../../common/access/role.js';
import { RouteMetadata } from '../../common/access/route-metadata.js';
import { ROLES_KEY } from '../../common/access/roles.decorator.js';
import { AppError } from '../../common/errors/app-error.js';

/** Lets in the roles that `@Roles()` names, and everybody where there is none. */
@Injectable()
export class RolesGuard implements CanActivate {
  private readonly roles: RouteMetadata<Role[] | undefined>;

  constructor(reflector: Reflector) {
    this.roles = new RouteMetadata((context) =>
      reflector.getAllAndOverride<Role[] | undefined>(ROLES_KEY, [context.getHandler(), context.getClass()]),
    );
  }

  canActivate(context: ExecutionContext): boolean {
    const roles = this.roles.of(context);
    if (!roles) return true;
    const { user } = context.switchToHttp().getRequest<{ user?: Actor }>();
    if (!user || !roles.includes(user.role)) throw new AppError('ROLE_REQUIRED');
    return true;
  }
}
