import { createOpenApiDocument } from '../../../src/core/openapi/openapi-document.js';
import type { TestApi } from '../../support/test-api.js';

export interface Operation {
  method: string;
  path: string;
  /** A JSON body as the document has it; none where the route reads none. */
  example: unknown;
}

/** Every operation of the OpenAPI document. */
export const operations = (api: TestApi): Operation[] =>
  Object.entries(createOpenApiDocument(api.app).paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const { requestBody } = operation;
      const content = requestBody && 'content' in requestBody ? requestBody.content : undefined;
      return [{ method: method.toUpperCase(), path, example: content?.['application/json']?.example as unknown }];
    }),
  );
