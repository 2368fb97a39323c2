import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { RouteMetadata } from '../../common/access/route-metadata.js';
import { Settings } from '../config/settings.js';
import { RATE_CLASS_KEY, type RateClassName } from './rate-class.decorator.js';
import { routeRules, type RateRule, type ThrottledRequest } from './rate-rules.js';
import { Throttle } from './throttle.js';

/**
 * Counts requests by account and by class of route, once the guard before it knows who asks. Not a `ThrottlerGuard`, which
 * looks up six decorators for each rule and request: what holds for a route is looked up once.
 */
@Injectable()
export class RouteThrottlerGuard implements CanActivate {
  private readonly rules: RouteMetadata<RateRule[]>;

  constructor(
    reflector: Reflector,
    settings: Settings,
    private readonly throttle: Throttle,
  ) {
    const all = routeRules(settings);
    this.rules = new RouteMetadata((context) => {
      const targets = [context.getHandler(), context.getClass()];
      const own = reflector.getAllAndOverride<RateClassName | undefined>(RATE_CLASS_KEY, targets);
      return all.filter(({ routes }) => routes === undefined || routes === own);
    });
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<ThrottledRequest>();
    const rules = this.rules.of(context).filter((rule) => rule.key(request) !== undefined);
    // No rule holds for who is not signed in, on a route of no class.
    if (rules.length === 0) return true;
    return this.throttle.count(rules, request, http.getResponse<FastifyReply>()).then(() => true);
  }
}
