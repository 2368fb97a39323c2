import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { ProblemCode } from '../errors/problems.js';
import { ROUTE_EXTENSION } from './extensions.js';

const HEADERS = {
  Location: { description: 'Where it can be read', schema: { type: 'string', format: 'uri-reference' } },
  Link: { description: 'The next page (RFC 8288), where there is one', schema: { type: 'string' } },
  ETag: { description: 'The version; send it as `If-Match` or `If-None-Match`', schema: { type: 'string' } },
} as const;

interface ApiAnswerOptions {
  summary: string;
  description?: string;
  /** Errors of its own; those that follow from the route's nature are added to the document by themselves. */
  errors?: ProblemCode[];
  headers?: (keyof typeof HEADERS)[];
  /** Whether `If-None-Match` may be answered with 304. */
  notModified?: boolean;
  /** The shape of errors, and the statuses they come with, where an RFC asks for another one than ours. */
  errorFormat?: { type: Type; statuses: number[] };
}

/** Says what a route answers: the status, the shape of the body (`null` for none), and the errors of its own. */
export const ApiAnswer = (status: number, body: Type | null, options: ApiAnswerOptions) => {
  const { summary, description, errors = [], headers = [], notModified, errorFormat } = options;
  return applyDecorators(
    HttpCode(status),
    ApiOperation({ summary, description: description ?? summary }),
    ApiResponse({
      status,
      description: body ? summary : 'Done; no body',
      ...(body && { type: body }),
      headers: Object.fromEntries(headers.map((name) => [name, HEADERS[name]])),
    }),
    ...(notModified ? [ApiResponse({ status: 304, description: 'Unchanged; no body' })] : []),
    // What any request may meet in front of its route comes in that shape, too.
    ...(errorFormat ? [...errorFormat.statuses, 'default' as const] : []).map((code) =>
      ApiResponse({ status: code, description: 'Refused', type: errorFormat?.type }),
    ),
    ApiExtension(ROUTE_EXTENSION.errors, errors),
    ApiExtension(ROUTE_EXTENSION.ownErrorFormat, errorFormat !== undefined),
  );
};
