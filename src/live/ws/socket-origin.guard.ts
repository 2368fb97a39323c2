import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { Settings } from '../../core/config/settings.js';
import { isAllowedOrigin } from '../../core/http/allowed-origins.js';

/** Browsers ask nobody before they open a WebSocket for a page of another site, but say which one it is. */
@Injectable()
export class SocketOriginGuard implements CanActivate {
  constructor(private readonly settings: Settings) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers, host } = context.switchToHttp().getRequest<FastifyRequest>();
    if (headers.origin === undefined || isAllowedOrigin(headers.origin, host, this.settings)) return true;
    throw new AppError('FOREIGN_ORIGIN');
  }
}
