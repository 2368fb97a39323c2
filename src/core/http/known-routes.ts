import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AppError } from '../../common/errors/app-error.js';
import { Settings } from '../config/settings.js';
import { PROBLEM_TYPE, problemBody } from '../errors/problem-body.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface KnownRoute {
  pattern: RegExp;
  methods: Set<string>;
}

/** Remembers every route as it is registered, to tell a wrong method (405 with `Allow`) from a wrong path (404). */
@Injectable()
export class KnownRoutes {
  private readonly routes = new Map<string, KnownRoute>();

  constructor(
    host: HttpAdapterHost,
    private readonly settings: Settings,
  ) {
    const fastify = host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onSend', (request, reply, payload, done) =>
      done(null, this.answerOptions(request, reply, payload)),
    );
    fastify.addHook('onRoute', ({ url, method }) => {
      const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const name of [method].flat()) route.methods.add(name);
      this.routes.set(url, route);
    });
  }

  /** Says which methods a path knows to who asks; every OPTIONS is answered in front of this, preflights whole. */
  private answerOptions(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method']) return payload;
    // Refused before anybody looked at its path.
    if (reply.statusCode >= 300) return payload;
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = this.methodsOf(path);
    if (methods.length > 0) {
      void reply.header('allow', methods.join(', '));
      return payload;
    }
    void reply.code(404).type(PROBLEM_TYPE);
    const origin = { baseUrl: this.settings.PUBLIC_URL, instance: path, requestId: request.id };
    return JSON.stringify(problemBody(new AppError('ROUTE_NOT_FOUND'), origin));
  }

  /** The methods of a path, sorted; empty when nothing answers there. */
  methodsOf(path: string): string[] {
    const trimmed = path.length > 1 ? path.replace(/\/$/, '') : path;
    const methods = new Set<string>();
    for (const route of this.routes.values())
      if (route.pattern.test(trimmed)) for (const method of route.methods) methods.add(method);
    return [...methods].sort();
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[A-Za-z0-9_]+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
}
