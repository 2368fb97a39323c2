import type { OpenAPIObject } from '@nestjs/swagger';
import { addBodyExamples, exampleOf } from './body-examples.js';

type Operation = Parameters<typeof addBodyExamples>[0];

const SCHEMAS: Parameters<typeof exampleOf>[1] = {
  Author: { type: 'object', properties: { name: { type: 'string', example: 'Ada' } } },
  Post: {
    type: 'object',
    properties: {
      title: { type: 'string', example: 'A title' },
      publishAt: { type: 'string', example: null },
      published: { type: 'boolean', example: false },
      secret: { type: 'string' },
      author: { $ref: '#/components/schemas/Author' },
      editor: { allOf: [{ $ref: '#/components/schemas/Author' }] },
      reviewer: { anyOf: [{ $ref: '#/components/schemas/Author' }, { type: 'null' }] },
      tags: { type: 'array', items: { type: 'string', example: 'writing' } },
    },
  },
};

const POST = {
  title: 'A title',
  publishAt: null,
  published: false,
  author: { name: 'Ada' },
  editor: { name: 'Ada' },
  reviewer: { name: 'Ada' },
  tags: ['writing'],
};

describe('exampleOf', () => {
  it('is made of the examples of the properties; one without is left out', () => {
    expect(exampleOf({ $ref: '#/components/schemas/Post' }, SCHEMAS)).toEqual(POST);
  });

  it('is a list of one for a list', () => {
    expect(exampleOf({ type: 'array', items: { $ref: '#/components/schemas/Author' } }, SCHEMAS)).toEqual([
      { name: 'Ada' },
    ]);
  });

  it('is the example of the schema itself where there is one', () => {
    expect(exampleOf({ type: 'array', items: { type: 'string', example: 'a' }, example: ['b', 'c'] }, SCHEMAS)).toEqual(
      ['b', 'c'],
    );
  });

  it.each([
    { name: 'a bare schema', schema: { type: 'string' } },
    { name: 'a reference that leads nowhere', schema: { $ref: '#/components/schemas/Nothing' } },
  ])('is nothing for $name', ({ schema }) => {
    expect(exampleOf(schema, SCHEMAS)).toBeUndefined();
  });
});

const media = () => ({ schema: { $ref: '#/components/schemas/Author' } });

describe('addBodyExamples', () => {
  it('puts one to what goes in and to what comes out', () => {
    const operation: Operation = {
      requestBody: { content: { 'application/json': media() } },
      responses: { '200': { description: '', content: { 'application/json': media() } }, '204': { description: '' } },
    };
    addBodyExamples(operation, { components: { schemas: SCHEMAS } } as OpenAPIObject);
    expect(operation).toMatchObject({
      requestBody: { content: { 'application/json': { example: { name: 'Ada' } } } },
      responses: { '200': { content: { 'application/json': { example: { name: 'Ada' } } } } },
    });
  });

  it('adds none beside examples that are there', () => {
    const examples = { ONE: { value: {} } };
    const operation: Operation = {
      responses: { '404': { description: '', content: { 'application/problem+json': { ...media(), examples } } } },
    };
    addBodyExamples(operation, { components: { schemas: SCHEMAS } } as OpenAPIObject);
    expect(operation.responses['404']).toEqual({
      description: '',
      content: { 'application/problem+json': { ...media(), examples } },
    });
  });
});
