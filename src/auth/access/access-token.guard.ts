import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../common/access/actor.js';
import { PUBLIC_KEY, type PublicOptions } from '../../common/access/public.decorator.js';
import { RouteMetadata } from '../../common/access/route-metadata.js';
import { AppError } from '../../common/errors/app-error.js';
import { setContextActor } from '../../core/context/request-context.js';

/** Closes every route to those without a valid token, except what `@Public()` opens. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('bearer') {
  private readonly openness: RouteMetadata<PublicOptions | undefined>;

  constructor(reflector: Reflector) {
    super();
    this.openness = new RouteMetadata((context) =>
      reflector.getAllAndOverride<PublicOptions | undefined>(PUBLIC_KEY, [context.getHandler(), context.getClass()]),
    );
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const open = this.openness.of(context);
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (open && (open.token === 'ignored' || headers.authorization === undefined)) return true;
    return super.canActivate(context) as Promise<boolean>;
  }

  override handleRequest<Account = Actor>(error: unknown, account: Account | false, reason: unknown): Account {
    if (error) throw error;
    if (!account) throw new AppError(reason === 'UNAUTHENTICATED' ? 'UNAUTHENTICATED' : 'INVALID_TOKEN');
    const { id, sessionId } = account as unknown as Actor;
    setContextActor(id, sessionId);
    return account;
  }
}
