import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { setContextActor } from '../../core/context/request-context.js';
import { DashboardSessions } from '../sign-in/dashboard-sessions.js';

/** Lets in administrators with the cookie of the dashboard. */
@Injectable()
export class AdministratorGuard implements CanActivate {
  constructor(private readonly sessions: DashboardSessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const actor = await this.sessions.administrator(headers.cookie);
    if (!actor) throw new AppError('UNAUTHENTICATED');
    setContextActor(actor.id, actor.sessionId);
    return true;
  }
}
