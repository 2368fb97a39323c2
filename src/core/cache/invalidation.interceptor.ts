import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { catchError, concatMap, from, map, throwError, type Observable } from 'rxjs';
import { AppError } from '../../common/errors/app-error.js';
import { ResponseCache } from './response-cache.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Every request that may have changed something invalidates the response cache before it is answered: so no feature has
 * to think of it, and none can forget.
 */
@Injectable()
export class InvalidationInterceptor implements NestInterceptor {
  constructor(private readonly cache: ResponseCache) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    if (SAFE_METHODS.has(method)) return next.handle();
    return next.handle().pipe(
      concatMap((answer: unknown) => from(this.cache.invalidate()).pipe(map(() => answer))),
      catchError((error: unknown) => {
        const refused = error instanceof AppError && error.status < 500;
        if (refused) return throwError(() => error);
        return from(this.cache.invalidate()).pipe(concatMap(() => throwError(() => error)));
      }),
    );
  }
}
