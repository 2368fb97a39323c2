import type { AppError } from '../common/errors/app-error.js';
import type { ProblemCode } from '../common/errors/problems.js';
import type { ErrorAnswer } from '../core/http/route-config.js';

/** Errors of a token endpoint as RFC 6749 §5.2 names them; all but overload are 400, since no client authenticates. */
const OAUTH_ERRORS: Partial<Record<ProblemCode, string>> = {
  INVALID_CREDENTIALS: 'invalid_grant',
  INVALID_REFRESH_TOKEN: 'invalid_grant',
  REFRESH_TOKEN_REUSED: 'invalid_grant',
  ACCOUNT_DISABLED: 'invalid_grant',
  EMAIL_NOT_VERIFIED: 'invalid_grant',
  PASSWORD_GRANT_OFF: 'unauthorized_client',
  UNSUPPORTED_GRANT_TYPE: 'unsupported_grant_type',
};

export function oauthError(error: AppError): ErrorAnswer {
  const description = error.message.replaceAll(/[^\x20-\x21\x23-\x5B\x5D-\x7E]/g, "'");
  const name = OAUTH_ERRORS[error.code];
  if (name) return { status: 400, body: { error: name, error_description: description } };
  if (error.code === 'VALIDATION_FAILED' || error.code === 'MALFORMED_REQUEST')
    return { status: 400, body: { error: 'invalid_request', error_description: description } };
  const unavailable = error.status === 429 || error.status === 503 ? 'temporarily_unavailable' : undefined;
  const other = error.status >= 500 ? 'server_error' : 'invalid_request';
  return { status: error.status, body: { error: unavailable ?? other, error_description: description } };
}
