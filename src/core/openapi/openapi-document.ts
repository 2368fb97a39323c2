import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { operationId } from '../../common/openapi/operation-id.js';
import { completeDocument } from './complete-document.js';
import { shareErrorResponses } from './shared-responses.js';
import { VERSION } from './version.js';

const TOKEN_URL = '/api/v1/auth/token';

/** The OpenAPI 3.1 document of the whole API, made from its decorators. */
export function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const description = `A publishing backend: accounts, posts, and the e-mail that they cause.

Errors are \`application/problem+json\` with a stable \`code\`; [every code](/errors) says what led to it and what to do.`;
  const config = new DocumentBuilder()
    .setTitle('Broadsheet')
    .setVersion(VERSION)
    .setDescription(description)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .setOpenAPIVersion('3.1.0')
    .addServer('/')
    .addTag('Auth', 'Signing in, refreshing, signing out')
    .addTag('Users', 'Accounts')
    .addTag('Posts', 'Writing and reading')
    .addTag('Subscriptions', 'Following authors')
    .addTag('Live', 'What happens, as it happens')
    .addTag('Administration', 'For administrators')
    .addOAuth2(
      { type: 'oauth2', flows: { password: { tokenUrl: TOKEN_URL, refreshUrl: TOKEN_URL, scopes: {} } } },
      'password',
    )
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: operationId,
    deepScanRoutes: true,
  });
  return shareErrorResponses(completeDocument(document));
}
