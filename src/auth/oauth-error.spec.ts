import { AppError, invalidField } from '../common/errors/app-error.js';
import { oauthError } from './oauth-error.js';

describe('oauthError', () => {
  it.each([
    ['INVALID_CREDENTIALS', 400, 'invalid_grant'],
    ['INVALID_REFRESH_TOKEN', 400, 'invalid_grant'],
    ['REFRESH_TOKEN_REUSED', 400, 'invalid_grant'],
    ['ACCOUNT_DISABLED', 400, 'invalid_grant'],
    ['PASSWORD_GRANT_OFF', 400, 'unauthorized_client'],
    ['UNSUPPORTED_GRANT_TYPE', 400, 'unsupported_grant_type'],
    ['VALIDATION_FAILED', 400, 'invalid_request'],
    ['MALFORMED_REQUEST', 400, 'invalid_request'],
    ['BODY_TOO_LARGE', 413, 'invalid_request'],
    ['UNSUPPORTED_MEDIA_TYPE', 415, 'invalid_request'],
    ['TOO_MANY_ATTEMPTS', 429, 'temporarily_unavailable'],
    ['SERVICE_UNAVAILABLE', 503, 'temporarily_unavailable'],
    ['INTERNAL_ERROR', 500, 'server_error'],
  ] as const)('tells %s with status %d as %s', (code, status, name) => {
    const error = new AppError(code);
    expect(oauthError(error)).toEqual({ status, body: { error: name, error_description: error.message } });
  });

  it('describes in the characters that RFC 6749 §5.2 allows', () => {
    const { body } = oauthError(invalidField('grant_type', 'X', 'a "b" \\ c\n\u0007 ä 🗞 ~!'));
    expect(body).toEqual({ error: 'invalid_request', error_description: "a 'b' ' c'' ' '' ~!" });
  });
});
