import type { OpenAPIObject } from '@nestjs/swagger';
import type { DeprecationPlan } from '../../common/deprecation/deprecation.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { 'x-sunset'?: string };
type Response = Exclude<Operation['responses'][string], { $ref: string } | undefined>;
type Header = Exclude<NonNullable<Response['headers']>[string], { $ref: string }>;

const DEPRECATION: Header = {
  description: 'Since when it is deprecated (RFC 9745): `@` and Unix seconds',
  schema: { type: 'string', pattern: '^@\\d+$' },
};
const SUNSET: Header = { description: 'From when on it may be gone (RFC 8594)', schema: { type: 'string' } };
const SUCCESSOR = 'What takes its place, as `rel="successor-version"` (RFC 5829)';

/** Says in the document, for people and for programs, what every answer of a deprecated operation says. */
export function documentDeprecation(operation: Operation, { since, sunset, replacement }: DeprecationPlan): void {
  operation.deprecated = true;
  const sentence = `Deprecated since ${since}, and may be gone from ${sunset} on: use \`${replacement}\` instead.`;
  operation.description = [operation.description, sentence].filter(Boolean).join('\n\n');
  // The name that tools for comparing documents know it by.
  operation['x-sunset'] = sunset;
  for (const [status, response] of Object.entries(operation.responses))
    operation.responses[status] = withHeaders(response as Response);
}

/** A copy, as decorators share the headers that they declare. */
function withHeaders(response: Response): Response {
  const link = response.headers?.['Link'] as Header | undefined;
  const description = link?.description ? `${link.description}. ${SUCCESSOR}` : SUCCESSOR;
  return {
    ...response,
    headers: {
      ...response.headers,
      Deprecation: DEPRECATION,
      Sunset: SUNSET,
      Link: { schema: { type: 'string' }, ...link, description },
    },
  };
}
