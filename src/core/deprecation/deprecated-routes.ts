import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Deprecation } from '../../common/deprecation/deprecation.js';
import { Metrics } from '../metrics/metrics.js';
import type { HttpRouteConfig } from '../http/route-config.js';

/**
 * Gives hooks of its own to each deprecated route, as it is registered: what is answered in front of the handler passes
 * them, too, and other routes do not know of them.
 */
@Injectable()
export class DeprecatedRoutes {
  constructor(host: HttpAdapterHost, metrics: Metrics) {
    const calls = metrics.counter(
      'deprecated_operation_calls_total',
      'Calls of deprecated operations, by operationId',
      ['operation'],
    );
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
      const { deprecated } = (route.config ?? {}) as HttpRouteConfig;
      if (!deprecated) return;
      const { deprecation, operation } = deprecated;
      checkPlaceholders(route, deprecation);
      route.onSend = [
        ...[route.onSend ?? []].flat(),
        (request, reply, payload, done) => {
          announce(request, reply, deprecation);
          done(null, payload);
        },
      ];
      route.onResponse = [
        ...[route.onResponse ?? []].flat(),
        (_request, _reply, done) => {
          calls.inc({ operation });
          done();
        },
      ];
    });
  }
}

function checkPlaceholders({ url }: RouteOptions, { placeholders, plan }: Deprecation): void {
  const unknown = placeholders.filter((name) => !url.split('/').includes(`:${name}`));
  if (unknown.length > 0) throw new Error(`${url} has no :${unknown.join(', :')} for ${plan.replacement}`);
}

/** When the links of the handler are known; twice, where a hook behind this one fails. */
function announce(request: FastifyRequest, reply: FastifyReply, deprecation: Deprecation): void {
  if (reply.hasHeader('deprecation')) return;
  const links = [reply.getHeader('link') ?? []].flat();
  const successor = deprecation.linkHeader(request.params as Record<string, string>);
  void reply.headers({
    deprecation: deprecation.deprecationHeader,
    sunset: deprecation.sunsetHeader,
    link: [...links, successor].join(', '),
  });
}
