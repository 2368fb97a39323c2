import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { clientAddress } from '../core/http/client-address.js';
import type { Device } from './sessions/sessions.service.js';

/** Where the request comes from, for the list of sessions. */
export const ClientDevice = createParamDecorator((_data: unknown, context: ExecutionContext): Device => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { userAgent: request.headers['user-agent'] ?? null, ip: clientAddress(request.ip) };
});
