import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isHardened, type Settings } from '../config/settings.js';
import type { AppLogger } from '../logging/app-logger.js';
import { createHttpAdapter } from './http-adapter.js';
import { registerHttpHooks } from './http.hooks.js';
import { RequestReport } from './request-report.js';

/** What browsers may read of an answer from another origin. */
const EXPOSED_HEADERS = [
  'Location',
  'ETag',
  'Link',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Deprecation',
  'Sunset',
];

const LOCALHOST_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Builds the HTTP side of a process around its module: adapter, hooks, security headers and CORS. It does not listen
 * yet. Closing it runs the shutdown hooks of its modules.
 */
export async function createHttpApplication(
  module: DynamicModule,
  settings: Settings,
  logger: AppLogger,
): Promise<NestFastifyApplication> {
  let report: RequestReport | undefined;
  const adapter = createHttpAdapter(settings, (refusal) => report?.refused(refusal));
  // Before the modules add hooks of their own, so that the request has its id and an allowed host by then.
  registerHttpHooks(adapter.getInstance(), settings);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger,
    abortOnError: false,
  });
  report = app.get(RequestReport);
  secure(app, settings);
  return app;
}

function secure(app: NestFastifyApplication, settings: Settings): void {
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      directives: {
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'", 'data:'],
        upgradeInsecureRequests: settings.FORCE_HTTPS,
      },
    },
    strictTransportSecurity: settings.FORCE_HTTPS,
  });
  app.enableCors({
    origin: isHardened(settings) ? settings.CORS_ORIGINS : [...settings.CORS_ORIGINS, LOCALHOST_ORIGIN],
    exposedHeaders: EXPOSED_HEADERS,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    maxAge: 600,
    // One without the headers of a preflight is a question about the route, answered in known-routes.ts.
    strictPreflight: false,
  });
}
