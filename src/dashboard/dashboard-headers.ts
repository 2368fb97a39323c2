import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const HEADERS = {
  // Bull Board sets styles from its script; scripts are files of ours alone.
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  // With `no-referrer` browsers would send the forms with `Origin: null`, as a foreign site may.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What browsers may do with anything under `/queues`, refusals included: show it in no frame, keep nothing. */
@Injectable()
export class DashboardHeaders {
  constructor(host: HttpAdapterHost) {
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onSend', (request, reply, payload, done) => {
      if (isDashboard(request)) void reply.headers(HEADERS);
      done(null, payload);
    });
  }
}

const isDashboard = ({ routeOptions, url }: FastifyRequest): boolean => /^\/queues\b/.test(routeOptions.url ?? url);
