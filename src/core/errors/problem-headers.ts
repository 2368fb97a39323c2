import type { AppError } from '../../common/errors/app-error.js';

/** @param status of the answer, which another format of errors may have changed */
export const problemHeaders = (error: AppError, status = error.status): Record<string, string> => ({
  ...challenge(error, status),
  ...retryAfter(error),
  ...error.headers,
});

/** RFC 6750 §3: without credentials no error code, with bad ones `invalid_token`. */
function challenge(error: AppError, status: number): Record<string, string> {
  if (status !== 401) return {};
  const reason = error.code === 'INVALID_TOKEN' ? `, error="invalid_token", error_description="${error.message}"` : '';
  return { 'www-authenticate': `Bearer realm="broadsheet"${reason}` };
}

/** 429 and 503 always say when to come back. */
const retryAfter = (error: AppError): Record<string, string> =>
  error.status === 429 || error.status === 503 ? { 'retry-after': '1' } : {};
