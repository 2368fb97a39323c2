import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { Settings } from '../config/settings.js';
import type { HttpRouteConfig } from '../http/route-config.js';
import { addressRules } from './rate-rules.js';
import { Throttle } from './throttle.js';

/** Counts every request by its address before its body is read, so that a flood of bodies costs nothing. */
@Injectable()
export class AddressThrottle {
  constructor(host: HttpAdapterHost, throttle: Throttle, settings: Settings) {
    const rules = addressRules(settings);
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      if ((request.routeOptions.config as HttpRouteConfig).probe) return done();
      // oxlint-disable-next-line promise/no-callback-in-promise -- a promise returned to Fastify would cost two more
      throttle.count(rules, request, reply).then(() => done(), done);
    });
  }
}
