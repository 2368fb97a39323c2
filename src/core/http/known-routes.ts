import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';

interface KnownRoute {
  pattern: RegExp;
  methods: Set<string>;
}

/** Remembers every route as it is registered, to tell a wrong method (405 with `Allow`) from a wrong path (404). */
@Injectable()
export class KnownRoutes {
  private readonly routes = new Map<string, KnownRoute>();

  constructor(host: HttpAdapterHost) {
    host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', ({ url, method }) => {
      // The catch-all that answers CORS preflights says nothing about what there is.
      if (url === '*') return;
      const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const name of [method].flat()) route.methods.add(name);
      this.routes.set(url, route);
    });
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
