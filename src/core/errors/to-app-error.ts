import { HttpException } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import type { ProblemCode } from '../../common/errors/problems.js';
import { databaseProblem } from '../database/database-errors.js';

/** Fastify's own refusals, by its error codes. */
const BY_FASTIFY_CODE: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'MALFORMED_REQUEST',
  FST_ERR_BAD_URL: 'MALFORMED_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'URI_TOO_LONG',
  FST_ERR_ASYNC_CONSTRAINT: 'MALFORMED_REQUEST',
};

/** Refusals of Nest itself and of libraries, by their status. */
const BY_STATUS: Record<number, ProblemCode> = {
  400: 'MALFORMED_REQUEST',
  401: 'UNAUTHENTICATED',
  403: 'ROLE_REQUIRED',
  404: 'ROUTE_NOT_FOUND',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  414: 'URI_TOO_LONG',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  503: 'SERVICE_UNAVAILABLE',
};

/** Whatever was thrown, as the one kind of error that leaves; what nobody foresaw is `INTERNAL_ERROR`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // First by what the HTTP layer says of it: a client that breaks off has an error code that databases use too.
  const code = knownCode(error);
  if (code) return new AppError(code, { cause: error });
  return databaseProblem(error) ?? new AppError('INTERNAL_ERROR', { cause: error });
}

function knownCode(error: unknown): ProblemCode | undefined {
  if (error instanceof HttpException) {
    // Nest wraps what its adapter throws.
    return codeOf(error.cause) ?? BY_STATUS[error.getStatus()];
  }
  return codeOf(error);
}

function codeOf(error: unknown): ProblemCode | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (typeof code === 'string' && code in BY_FASTIFY_CODE) return BY_FASTIFY_CODE[code];
  return typeof statusCode === 'number' ? BY_STATUS[statusCode] : undefined;
}
