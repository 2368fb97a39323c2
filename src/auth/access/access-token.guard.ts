import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import { PUBLIC_KEY, type PublicOptions } from '../../common/access/public.decorator.js';
import { AppError } from '../../common/errors/app-error.js';
import { setContextActor } from '../../core/context/request-context.js';

/** Closes every route to those without a valid token, except what `@Public()` opens. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('bearer') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const open = this.reflector.getAllAndOverride<PublicOptions | undefined>(PUBLIC_KEY, targets);
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (open && (open.token === 'ignored' || headers.authorization === undefined)) return true;
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<Account = Actor>(error: unknown, account: Account | false, reason: unknown): Account {
    if (error) throw error;
    if (!account) throw new AppError(reason === 'UNAUTHENTICATED' ? 'UNAUTHENTICATED' : 'INVALID_TOKEN');
    const { id, sessionId } = account as unknown as Actor;
    setContextActor(id, sessionId);
    return account;
  }
}
