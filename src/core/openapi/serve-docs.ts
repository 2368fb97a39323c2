import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { Settings } from '../config/settings.js';
import { createOpenApiDocument } from './openapi-document.js';

/** Serves the OpenAPI document, and Swagger UI on `/docs` unless DOCS=off. */
export function serveDocs(app: NestFastifyApplication, settings: Settings): void {
  SwaggerModule.setup('docs', app, () => createOpenApiDocument(app), {
    ui: settings.DOCS,
    raw: ['json'],
    jsonDocumentUrl: 'api/v1/openapi.json',
    customSiteTitle: 'Broadsheet API',
    swaggerOptions: { persistAuthorization: true, deepLinking: true, displayRequestDuration: true, validatorUrl: null },
  });
}
