import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Settings } from '../config/settings.js';
import type { AppLogger } from '../logging/app-logger.js';
import { createHttpAdapter } from './http-adapter.js';
import { registerHttpHooks } from './http.hooks.js';
import { RequestReport } from './request-report.js';

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
  // Before the modules add hooks of their own, so that whatever these answer has all headers.
  registerHttpHooks(adapter.getInstance(), settings);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger,
    abortOnError: false,
  });
  report = app.get(RequestReport);
  return app;
}
