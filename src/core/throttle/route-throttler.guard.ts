import { Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { InjectThrottlerOptions, InjectThrottlerStorage, ThrottlerGuard } from '@nestjs/throttler';
import type { ThrottlerModuleOptions, ThrottlerRequest, ThrottlerStorage } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { RouteMetadata } from '../../common/access/route-metadata.js';
import { Settings } from '../config/settings.js';
import { RATE_CLASS_KEY, type RateClassName } from './rate-class.decorator.js';
import { routeRules, type RateRule, type ThrottledRequest } from './rate-rules.js';
import { Throttle } from './throttle.js';

/** Counts requests by account and by class of route, once the guard before it knows who asks. */
@Injectable()
export class RouteThrottlerGuard extends ThrottlerGuard {
  private readonly rules: Map<string, RateRule>;
  private readonly classes: RouteMetadata<RateClassName | undefined>;

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    settings: Settings,
    private readonly throttle: Throttle,
  ) {
    super(options, storage, reflector);
    this.rules = new Map(routeRules(settings).map((rule) => [rule.name, rule]));
    this.classes = new RouteMetadata((context) =>
      reflector.getAllAndOverride<RateClassName | undefined>(RATE_CLASS_KEY, [
        context.getHandler(),
        context.getClass(),
      ]),
    );
  }

  /** No rule holds for who is not signed in, on a route of no class. */
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<ThrottledRequest>();
    return user === undefined && this.classes.of(context) === undefined;
  }

  protected override async handleRequest({ context, throttler }: ThrottlerRequest): Promise<boolean> {
    const rule = this.rules.get(throttler.name ?? '');
    if (!rule || !this.holdsFor(rule, context)) return true;
    const http = context.switchToHttp();
    await this.throttle.count(rule, http.getRequest<ThrottledRequest>(), http.getResponse<FastifyReply>());
    return true;
  }

  private holdsFor(rule: RateRule, context: ExecutionContext): boolean {
    return !rule.routes || this.classes.of(context) === rule.routes;
  }
}
