import type { OpenAPIObject } from '@nestjs/swagger';
import { errorResponses } from './error-responses.js';
import { shareErrorResponses } from './shared-responses.js';

const documentOf = (...responses: object[]): OpenAPIObject =>
  ({
    paths: Object.fromEntries(responses.map((each, index) => [`/${index}`, { get: { responses: each } }])),
    components: { schemas: { Post: {} } },
  }) as unknown as OpenAPIObject;

const responsesOf = (document: OpenAPIObject) => Object.values(document.paths).map(({ get }) => get?.responses);

describe('shareErrorResponses', () => {
  it('keeps a response once for all operations that refuse for the same reasons', () => {
    const document = shareErrorResponses(
      documentOf(errorResponses(['RATE_LIMITED']), errorResponses(['RATE_LIMITED', 'SLUG_TAKEN', 'EMAIL_TAKEN'])),
    );
    const [limited, other] = ['RATE_LIMITED', 'AnyOtherError'].map((name) => ({
      $ref: `#/components/responses/${name}`,
    }));
    expect(responsesOf(document)).toEqual([
      { '429': limited, default: other },
      { '409': { $ref: '#/components/responses/EMAIL_TAKEN.SLUG_TAKEN' }, '429': limited, default: other },
    ]);
    expect(document.components).toEqual({
      schemas: { Post: {} },
      responses: {
        RATE_LIMITED: errorResponses(['RATE_LIMITED'])['429'],
        'EMAIL_TAKEN.SLUG_TAKEN': errorResponses(['EMAIL_TAKEN', 'SLUG_TAKEN'])['409'],
        AnyOtherError: errorResponses([])['default'],
      },
    });
  });

  it('leaves what is no error of ours where it is', () => {
    const responses = {
      '200': { description: 'Done', content: { 'application/json': { schema: {}, examples: { one: { value: 1 } } } } },
      '204': { description: 'Gone' },
      '400': { description: 'Refused', content: { 'application/json': { schema: {}, example: {} } } },
    };
    const document = shareErrorResponses(documentOf(structuredClone(responses)));
    expect(responsesOf(document)).toEqual([responses]);
    expect(document.components).toMatchObject({ responses: {} });
  });
});
