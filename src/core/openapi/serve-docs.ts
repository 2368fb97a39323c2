import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../../common/demo/demo-accounts.js';
import type { Settings } from '../config/settings.js';
import type { HttpRouteConfig } from '../http/route-config.js';
import { createOpenApiDocument } from './openapi-document.js';

const PAGE = 'docs';
const DOCUMENT = 'api/v1/openapi.json';

/** Serves the OpenAPI document, and Swagger UI on `/docs` unless DOCS=off. */
export function serveDocs(app: NestFastifyApplication, settings: Settings): void {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', markDocs);
  SwaggerModule.setup(PAGE, app, () => withDemoLogins(createOpenApiDocument(app), settings), {
    ui: settings.DOCS,
    raw: ['json'],
    jsonDocumentUrl: DOCUMENT,
    customSiteTitle: 'Broadsheet API',
    customCssUrl: '/assets/swagger.css',
    swaggerOptions: { persistAuthorization: true, deepLinking: true, displayRequestDuration: true, validatorUrl: null },
  });
}

/** Where there are demo accounts, the dialog of Authorize says which. */
function withDemoLogins(document: OpenAPIObject, { DEMO_LOGINS }: Settings): OpenAPIObject {
  const scheme = document.components?.securitySchemes?.['password'];
  if (!DEMO_LOGINS || !scheme || '$ref' in scheme) return document;
  const names = Object.values(DEMO_ACCOUNTS).map(({ username }) => `\`${username}\``);
  scheme.description = `Demo logins: ${names.join(', ')}, each with the password \`${DEMO_PASSWORD}\`. Leave the client fields empty.`;
  return document;
}

/** Its routes are registered by the library, which knows nothing of ours. */
function markDocs(route: RouteOptions): void {
  const config: HttpRouteConfig = { hasNoSecret: true };
  if (route.url === `/${DOCUMENT}` || route.url === `/${PAGE}` || route.url.startsWith(`/${PAGE}/`))
    route.config = { ...route.config, ...config };
}
