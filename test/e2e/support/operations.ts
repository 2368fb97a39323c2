import type { OpenAPIObject } from '@nestjs/swagger';
import { createOpenApiDocument } from '../../../src/core/openapi/openapi-document.js';
import type { TestApi } from '../../support/test-api.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
export type SchemaObject = Exclude<Schemas[string], { $ref: string }>;

/** The bodies that operations read. */
export const JSON_BODY = 'application/json';
export const FORM_BODY = 'application/x-www-form-urlencoded';

export interface Parameter {
  name: string;
  schema: SchemaObject;
}

export interface Operation {
  method: string;
  path: string;
  /** A JSON body as the document has it; none where the route reads none. */
  example: unknown;
  /** The members of each kind of body that it reads. */
  bodies: Partial<Record<string, Record<string, SchemaObject>>>;
  /** Of its query. */
  query: Parameter[];
}

/** Every operation of the OpenAPI document. */
export const operations = (api: TestApi): Operation[] => {
  const document = createOpenApiDocument(api.app);
  const schemas = document.components?.schemas ?? {};
  return Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'patch', 'delete'] as const).flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const { requestBody, parameters = [] } = operation;
      const content = requestBody && 'content' in requestBody ? requestBody.content : {};
      const bodies = Object.entries(content).map(
        ([type, { schema }]) => [type, schema ? membersOf(resolved(schema, schemas), schemas) : {}] as const,
      );
      const query = parameters.flatMap((parameter) =>
        'in' in parameter && parameter.in === 'query' && parameter.schema
          ? [{ name: parameter.name, schema: resolved(parameter.schema, schemas) }]
          : [],
      );
      return [
        {
          method: method.toUpperCase(),
          path,
          example: content[JSON_BODY]?.example as unknown,
          bodies: Object.fromEntries(bodies),
          query,
        },
      ];
    }),
  );
};

function resolved(schema: Schemas[string], schemas: Schemas): SchemaObject {
  if (!('$ref' in schema)) return schema;
  const target = schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
  if (!target) throw new Error(`The document has no ${schema.$ref}`);
  return resolved(target, schemas);
}

const membersOf = ({ properties = {} }: SchemaObject, schemas: Schemas): Record<string, SchemaObject> =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, resolved(schema, schemas)]));
