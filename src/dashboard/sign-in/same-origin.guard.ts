import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { Settings } from '../../core/config/settings.js';

/** Refuses forms that were sent from another site, so that nobody is signed in or out by a page they only look at. */
@Injectable()
export class SameOriginGuard implements CanActivate {
  constructor(private readonly settings: Settings) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers, host } = context.switchToHttp().getRequest<FastifyRequest>();
    // Browsers send it with every form; programs that leave it out have no cookie to be misused.
    if (headers.origin === undefined || this.isOurs(headers.origin, host)) return true;
    throw new AppError('FOREIGN_ORIGIN');
  }

  private isOurs(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    return new URL(origin).host === host || origin === new URL(this.settings.PUBLIC_URL).origin;
  }
}
