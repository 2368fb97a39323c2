import type { OpenAPIObject } from '@nestjs/swagger';
import { completeDocument, operationsOf } from './complete-document.js';

interface CompletedOperation {
  security?: object[];
  responses: Record<string, { content?: Record<string, { examples?: object }> }>;
}

/** What becomes of an operation when the document is completed. */
function completed(operation: object): CompletedOperation {
  const document = { paths: { '/x': { post: { responses: {}, ...operation } } }, components: { schemas: {} } };
  completeDocument(document as unknown as OpenAPIObject);
  return document.paths['/x'].post;
}

/** Every code that an operation is documented with, those of `default` aside. */
const codesOf = ({ responses: { default: _anyOther, ...responses } }: CompletedOperation): string[] =>
  Object.values(responses).flatMap(({ content }) =>
    Object.values(content ?? {}).flatMap(({ examples }) => Object.keys(examples ?? {})),
  );

const ALWAYS = ['RATE_LIMITED', 'INTERNAL_ERROR', 'SERVICE_UNAVAILABLE'];
const TOKENS = [{ password: [] }, { bearer: [] }];

describe('completeDocument', () => {
  it.each([
    { access: 'open', security: [], codes: [] },
    { access: 'optional', security: [{}, ...TOKENS], codes: ['INVALID_TOKEN', 'ACCOUNT_DISABLED'] },
    { access: 'closed', security: TOKENS, codes: ['UNAUTHENTICATED', 'INVALID_TOKEN', 'ACCOUNT_DISABLED'] },
    {
      access: 'restricted',
      security: TOKENS,
      codes: ['UNAUTHENTICATED', 'INVALID_TOKEN', 'ACCOUNT_DISABLED', 'ROLE_REQUIRED'],
    },
    { access: undefined, security: TOKENS, codes: ['UNAUTHENTICATED', 'INVALID_TOKEN', 'ACCOUNT_DISABLED'] },
  ])('says who may call a route of access $access, and how others are refused', ({ access, security, codes }) => {
    const operation = completed({ 'x-broadsheet-access': access });
    expect(operation.security).toEqual(security);
    expect(codesOf(operation).sort()).toEqual([...codes, ...ALWAYS].sort());
  });

  it.each([
    {
      name: 'a body',
      operation: { requestBody: { content: {} } },
      codes: ['MALFORMED_REQUEST', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'VALIDATION_FAILED'],
    },
    { name: 'parameters', operation: { parameters: [{ name: 'id', in: 'path' }] }, codes: ['VALIDATION_FAILED'] },
    { name: 'errors of its own', operation: { 'x-broadsheet-errors': ['SLUG_TAKEN'] }, codes: ['SLUG_TAKEN'] },
  ])('adds what follows from $name', ({ operation, codes }) => {
    const answers = codesOf(completed({ 'x-broadsheet-access': 'open', ...operation }));
    expect(answers.sort()).toEqual([...codes, ...ALWAYS].sort());
  });

  it('keeps the responses that are there', () => {
    const { responses } = completed({ responses: { '201': { description: 'Made' } } });
    expect(responses['201']).toEqual({ description: 'Made' });
  });

  it('leaves the errors of a route with a format of its own alone', () => {
    const operation = completed({
      'x-broadsheet-own-error-format': true,
      'x-broadsheet-access': 'open',
      responses: { '400': { description: 'Refused' } },
    });
    expect(operation).toEqual({ security: [], responses: { '400': { description: 'Refused' } } });
  });

  it('leaves none of our own members behind', () => {
    const operation = completed({ 'x-broadsheet-access': 'open', 'x-broadsheet-errors': [], summary: 'X' });
    expect(Object.keys(operation).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(operation).toHaveProperty('summary', 'X');
  });

  it('adds the schema of errors and keeps the others', () => {
    const document = { paths: {}, components: { schemas: { Post: { type: 'object' } } } } as unknown as OpenAPIObject;
    expect(Object.keys(completeDocument(document).components?.schemas ?? {})).toEqual(['Post', 'Problem']);
  });
});

describe('operationsOf', () => {
  it('goes through every method of every path, and nothing else', () => {
    const document = {
      paths: {
        '/a': { get: { summary: '1' }, delete: { summary: '2' }, parameters: [] },
        '/b': { put: { summary: '3' } },
      },
    } as unknown as OpenAPIObject;
    expect([...operationsOf(document)].map(({ summary }) => summary)).toEqual(['1', '2', '3']);
  });
});
