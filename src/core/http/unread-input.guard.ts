import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/internal';
import type { FastifyRequest } from 'fastify';
import { RouteMetadata } from '../../common/access/route-metadata.js';
import { API_PREFIX } from '../../common/openapi/api-controller.decorator.js';
import type { HttpRouteConfig } from './route-config.js';
import { AppError } from '../../common/errors/app-error.js';

interface ReadInput {
  body: boolean;
  query: boolean;
}

/** Refuses on API routes members of a body or a query that the route does not read at all, which no validation would look at. */
@Injectable()
export class UnreadInputGuard implements CanActivate {
  private readonly inputs = new RouteMetadata(inputOf);

  canActivate(context: ExecutionContext): boolean {
    const { body, query, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    // Pages are opened through links that others wrote.
    if (!routeOptions.url?.startsWith(API_PREFIX)) return true;
    // OAuth endpoints ignore what they do not know (RFC 6749 §3.2).
    if ((routeOptions.config as HttpRouteConfig).errorAnswer) return true;
    const read = this.inputs.of(context);
    const unknown = [...(read.query ? [] : keysOf(query)), ...(read.body ? [] : keysOf(body))];
    if (unknown.length === 0) return true;
    const errors = unknown.map((name) => {
      const field = name.slice(0, 200);
      return { field, code: 'UNKNOWN_FIELD', detail: `${field} is not a known field` };
    });
    throw new AppError('VALIDATION_FAILED', { detail: errors[0]?.detail, errors });
  }
}

function inputOf(context: ExecutionContext): ReadInput {
  // Its keys are the kinds of the parameters of the method: "4:1" for @Query() at the second place.
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ??
    {}) as object;
  const has = (kind: RouteParamtypes) => Object.keys(parameters).some((key) => key.startsWith(`${kind}:`));
  return { body: has(RouteParamtypes.BODY), query: has(RouteParamtypes.QUERY) };
}

const keysOf = (input: unknown): string[] =>
  typeof input === 'object' && input !== null ? Object.keys(input).slice(0, 20) : [];
