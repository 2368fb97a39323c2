import { BadRequestException, HttpException, NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { toAppError } from './to-app-error.js';

const failure = (members: object): Error => Object.assign(new Error('failed'), members);

describe('toAppError', () => {
  it('passes on what was thrown on purpose', () => {
    const error = new AppError('POST_NOT_FOUND');
    expect(toAppError(error)).toBe(error);
  });

  it.each([
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'BODY_TOO_LARGE'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'UNSUPPORTED_MEDIA_TYPE'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'MALFORMED_REQUEST'],
    ['FST_ERR_BAD_URL', 'MALFORMED_REQUEST'],
    ['FST_ERR_MAX_PARAM_LENGTH', 'URI_TOO_LONG'],
    ['FST_ERR_ASYNC_CONSTRAINT', 'MALFORMED_REQUEST'],
  ])("tells Fastify's %s as %s, and the same where Nest has wrapped it", (code, problem) => {
    const cause = failure({ code, statusCode: 500 });
    expect(toAppError(cause).code).toBe(problem);
    expect(toAppError(new HttpException('wrapped', 500, { cause })).code).toBe(problem);
  });

  it.each([
    [400, 'MALFORMED_REQUEST'],
    [401, 'UNAUTHENTICATED'],
    [403, 'ROLE_REQUIRED'],
    [404, 'ROUTE_NOT_FOUND'],
    [408, 'REQUEST_TIMEOUT'],
    [413, 'BODY_TOO_LARGE'],
    [414, 'URI_TOO_LONG'],
    [415, 'UNSUPPORTED_MEDIA_TYPE'],
    [429, 'RATE_LIMITED'],
    [503, 'SERVICE_UNAVAILABLE'],
    [418, 'INTERNAL_ERROR'],
    [500, 'INTERNAL_ERROR'],
  ])('tells the status %d of Nest and of libraries as %s', (status, problem) => {
    expect(toAppError(new HttpException('x', status)).code).toBe(problem);
    expect(toAppError(failure({ statusCode: status })).code).toBe(problem);
  });

  it.each([
    [new NotFoundException('Cannot GET /admin.php'), 'No such address'],
    [new BadRequestException('secret detail'), 'Malformed request'],
    [new ServiceUnavailableException(), 'Not available at the moment'],
  ])('does not repeat the words of %s', (error, message) => {
    expect(toAppError(error)).toMatchObject({ message, cause: error });
  });

  it('tells what a database driver threw by its own table', () => {
    expect(toAppError(failure({ code: '23505', constraint: 'users_email_key_unique' })).code).toBe('EMAIL_TAKEN');
  });

  it.each([
    { name: 'an error that nobody foresaw', thrown: new TypeError('x is not a function') },
    { name: 'a text', thrown: 'text' },
    { name: 'nothing', thrown: undefined },
    { name: 'an object that only looks like an error', thrown: { statusCode: 404, code: 'FST_ERR_BAD_URL' } },
    { name: 'a status that is none', thrown: failure({ statusCode: '404' }) },
  ])('tells $name as INTERNAL_ERROR, with the cause for the log alone', ({ thrown }) => {
    expect(toAppError(thrown)).toMatchObject({
      code: 'INTERNAL_ERROR',
      message: 'Something went wrong here',
      level: 'error',
      cause: thrown,
    });
  });
});
