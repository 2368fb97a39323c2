import type { OpenAPIObject } from '@nestjs/swagger';
import { ROUTE_EXTENSION, type RouteAccess, type RouteExtensions } from '../../common/openapi/extensions.js';
import { addBodyExamples } from './body-examples.js';
import { documentDeprecation } from './document-deprecation.js';
import { errorResponses, PROBLEM_SCHEMA } from './error-responses.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & RouteExtensions;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const SECURITY: Record<RouteAccess, Record<string, string[]>[]> = {
  open: [],
  optional: [{}, { password: [] }, { bearer: [] }],
  closed: [{ password: [] }, { bearer: [] }],
  restricted: [{ password: [] }, { bearer: [] }],
};

/** Adds what follows from the nature of each route: security, errors, its end, and whole examples of what goes in and out. */
export function completeDocument(document: OpenAPIObject): OpenAPIObject {
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  for (const operation of operationsOf(document)) {
    const access = operation[ROUTE_EXTENSION.access] ?? 'closed';
    operation.security = SECURITY[access];
    if (!operation[ROUTE_EXTENSION.ownErrorFormat])
      operation.responses = { ...operation.responses, ...errorResponses(codesOf(operation, access)) };
    const plan = operation[ROUTE_EXTENSION.deprecation];
    if (plan) documentDeprecation(operation, plan);
    for (const name of Object.values(ROUTE_EXTENSION)) delete operation[name];
    addBodyExamples(operation, document);
  }
  return document;
}

export function* operationsOf(document: OpenAPIObject): Generator<Operation> {
  for (const path of Object.values(document.paths))
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) yield operation;
    }
}

function codesOf(operation: Operation, access: RouteAccess) {
  return [
    ...(operation[ROUTE_EXTENSION.errors] ?? []),
    ...(operation[ROUTE_EXTENSION.idempotent] ? (['IDEMPOTENCY_KEY_IN_USE', 'IDEMPOTENCY_KEY_REUSED'] as const) : []),
    ...(operation.requestBody ? (['MALFORMED_REQUEST', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(operation.requestBody || operation.parameters?.length ? (['VALIDATION_FAILED'] as const) : []),
    ...(access === 'closed' || access === 'restricted' ? (['UNAUTHENTICATED'] as const) : []),
    ...(access === 'open' ? [] : (['INVALID_TOKEN', 'ACCOUNT_DISABLED'] as const)),
    ...(access === 'restricted' ? (['ROLE_REQUIRED'] as const) : []),
    'RATE_LIMITED' as const,
    'INTERNAL_ERROR' as const,
    'SERVICE_UNAVAILABLE' as const,
  ];
}
