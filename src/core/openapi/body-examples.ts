import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];
type SchemaObject = Exclude<Schema, { $ref: string }>;
type Content = Record<string, { schema?: Schema; example?: unknown; examples?: unknown }>;

/** Puts whole examples, made of those of the properties, to every body that goes in or comes out. */
export function addBodyExamples(operation: Operation, document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  const bodies = [operation.requestBody, ...Object.values(operation.responses)];
  for (const body of bodies) {
    const content = (body && 'content' in body ? body.content : undefined) as Content | undefined;
    for (const media of Object.values(content ?? {}))
      if (media.schema && media.examples === undefined) media.example = exampleOf(media.schema, schemas);
  }
}

/** @returns undefined for what has no example, which is then left out of its object */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if ('$ref' in schema) {
    const target = schemas[schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)];
    return target && exampleOf(target, schemas);
  }
  if (schema.example !== undefined) return schema.example;
  const [likely] = schema.allOf ?? schema.anyOf ?? [];
  if (likely) return exampleOf(likely, schemas);
  if (schema.items) return [exampleOf(schema.items, schemas)];
  return schema.properties ? objectExample(schema, schemas) : undefined;
}

function objectExample(schema: SchemaObject, schemas: Schemas): object {
  const members = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    exampleOf(property, schemas),
  ]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}
