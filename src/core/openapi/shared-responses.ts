import type { OpenAPIObject } from '@nestjs/swagger';
import { operationsOf } from './complete-document.js';

type Response = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>[string];

/**
 * Moves every response of errors to the components, where operations that refuse for the same reasons share it. Swagger UI
 * goes through the whole document each time an operation is opened, and those responses would be three quarters of it.
 */
export function shareErrorResponses(document: OpenAPIObject): OpenAPIObject {
  const shared: Record<string, Response> = {};
  for (const { deprecated, responses } of operationsOf(document)) {
    // Its answers have headers that those of others have not.
    if (deprecated) continue;
    for (const [status, response] of Object.entries(responses)) {
      const name = response && nameOf(status, response);
      if (!name) continue;
      shared[name] = response;
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  document.components = { ...document.components, responses: shared };
  return document;
}

/** @returns the codes that the response is made of, which say all of it; undefined for one of another kind */
function nameOf(status: string, response: Response): string | undefined {
  const examples = 'content' in response && response.content?.['application/problem+json']?.examples;
  if (!examples) return undefined;
  return status === 'default' ? 'AnyOtherError' : Object.keys(examples).join('.');
}
