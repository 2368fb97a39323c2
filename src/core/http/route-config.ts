import { RouteConfig } from '@nestjs/platform-fastify';
import type { Deprecation } from '../../common/deprecation/deprecation.js';
import type { AppError } from '../../common/errors/app-error.js';

/** What the layers in front of Nest need to know of a route; everything may be left out. */
export interface HttpRouteConfig {
  /** Whether the route reads JSON; it does where this is left out. */
  json?: boolean;
  /** The fields of the form that the route reads; others are ignored, as RFC 6749 §3.2 asks. No form where left out. */
  form?: string[];
  /** Takes a body of any kind and does not look at it. */
  ignoresBody?: boolean;
  /** Another way to tell errors than the usual envelope, where an RFC or a page asks for it; undefined for the usual. */
  errorAnswer?: (error: AppError) => ErrorAnswer | undefined;
  /** Answers for as long as its client listens; how long that was is no time of an answer. */
  isStream?: boolean;
  /** Answers whatever the Host header and the scheme are, and is never throttled: a probe. */
  probe?: boolean;
  /** Answers the same to everybody, though caches may not keep it: so it may be compressed. */
  hasNoSecret?: boolean;
  /** Will go: `@Deprecated` says when, and by which name calls of it are counted. */
  deprecated?: { deprecation: Deprecation; operation: string };
}

export interface ErrorAnswer {
  status: number;
  /** An object is sent as JSON, a text as it is. */
  body: object | string;
  /** The media type; JSON where it is left out. */
  type?: string;
  headers?: Record<string, string>;
}

/** Tells the HTTP layer how a route differs from the rest, beside what others have told of it. */
export const HttpRoute =
  (config: HttpRouteConfig) =>
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): void => {
    const told = Reflect.getMetadata(RouteConfig({}).KEY, descriptor.value as object) as HttpRouteConfig | undefined;
    RouteConfig({ ...told, ...config })(target, name, descriptor);
  };
