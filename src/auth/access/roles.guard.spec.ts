import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '../../common/access/role.js';
import { Roles } from '../../common/access/roles.decorator.js';
import { RolesGuard } from './roles.guard.js';

class OpenController {
  anybody(): void {}

  @Roles('admin')
  administrators(): void {}

  @Roles('editor', 'admin')
  editorial(): void {}
}

@Roles('admin')
class AdminController {
  inherited(): void {}

  @Roles('editor')
  overridden(): void {}
}

const guard = new RolesGuard(new Reflector());

function enter(controller: new () => object, method: string, role: Role | undefined): boolean {
  const handler = (controller.prototype as Record<string, () => void>)[method];
  return guard.canActivate({
    getHandler: () => handler,
    getClass: () => controller,
    switchToHttp: () => ({ getRequest: () => ({ user: role && { id: 'ada', role } }) }),
  } as unknown as ExecutionContext);
}

describe('RolesGuard', () => {
  it.each([
    { controller: OpenController, method: 'anybody', role: undefined },
    { controller: OpenController, method: 'anybody', role: 'user' },
    { controller: OpenController, method: 'administrators', role: 'admin' },
    { controller: OpenController, method: 'editorial', role: 'editor' },
    { controller: OpenController, method: 'editorial', role: 'admin' },
    { controller: AdminController, method: 'inherited', role: 'admin' },
    { controller: AdminController, method: 'overridden', role: 'editor' },
  ] as const)('lets $role into $controller.name.$method', ({ controller, method, role }) => {
    expect(enter(controller, method, role)).toBe(true);
  });

  it.each([
    { controller: OpenController, method: 'administrators', role: 'user' },
    { controller: OpenController, method: 'administrators', role: 'editor' },
    { controller: OpenController, method: 'administrators', role: undefined },
    { controller: OpenController, method: 'editorial', role: 'user' },
    { controller: AdminController, method: 'inherited', role: 'editor' },
    { controller: AdminController, method: 'inherited', role: undefined },
    { controller: AdminController, method: 'overridden', role: 'admin' },
  ] as const)('keeps $role out of $controller.name.$method', ({ controller, method, role }) => {
    expect(() => enter(controller, method, role)).toThrow(
      expect.objectContaining({ code: 'ROLE_REQUIRED', status: 403 }),
    );
  });
});
