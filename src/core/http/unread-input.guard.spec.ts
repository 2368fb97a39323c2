import { Body, Controller, Get, Param, Post, Query, type ExecutionContext } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { UnreadInputGuard } from './unread-input.guard.js';

@Controller()
class TestController {
  @Get()
  nothing(): void {}

  @Get(':id')
  parameter(@Param() _parameters: object): void {}

  @Get()
  query(@Query() _query: object): void {}

  @Post()
  body(@Body() _body: object): void {}

  @Post()
  both(@Param() _parameters: object, @Body() _body: object, @Query() _query: object): void {}
}

interface Sent {
  body?: unknown;
  query?: unknown;
  url?: string | null;
  config?: object;
}

const guard = new UnreadInputGuard();

function pass(method: keyof TestController, { body, query = {}, url = '/api/v1/things', config = {} }: Sent): boolean {
  const request = { body, query, routeOptions: { url: url ?? undefined, config } };
  return guard.canActivate({
    switchToHttp: () => ({ getRequest: () => request }),
    getHandler: () => TestController.prototype[method],
    getClass: () => TestController,
  } as unknown as ExecutionContext);
}

/** The fields that are refused. */
function refused(method: keyof TestController, sent: Sent): string[] | undefined {
  try {
    pass(method, sent);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error;
    return error.errors?.map(({ field, code }) => (code === 'UNKNOWN_FIELD' ? field : code));
  }
}

describe('UnreadInputGuard', () => {
  it.each([
    { method: 'nothing', sent: { query: { a: '1' } }, fields: ['a'] },
    { method: 'nothing', sent: { body: { b: 1 } }, fields: ['b'] },
    { method: 'nothing', sent: { query: { a: '1' }, body: { b: 1 } }, fields: ['a', 'b'] },
    { method: 'nothing', sent: { body: ['x', 'y'] }, fields: ['0', '1'] },
    { method: 'parameter', sent: { query: { id: '1' } }, fields: ['id'] },
    { method: 'query', sent: { body: { b: 1 } }, fields: ['b'] },
    { method: 'query', sent: { query: { a: '1' }, body: { b: 1 } }, fields: ['b'] },
    { method: 'body', sent: { query: { a: '1' } }, fields: ['a'] },
    { method: 'body', sent: { query: { a: '1' }, body: { b: 1 } }, fields: ['a'] },
  ] as const)('refuses what "$method" does not read: $fields', ({ method, sent, fields }) => {
    expect(refused(method, sent)).toEqual(fields);
  });

  it.each([
    { method: 'nothing', sent: {} },
    { method: 'nothing', sent: { body: {} } },
    { method: 'nothing', sent: { body: null } },
    { method: 'query', sent: { query: { a: '1' } } },
    { method: 'body', sent: { body: { b: 1 } } },
    { method: 'both', sent: { query: { a: '1' }, body: { b: 1 } } },
  ] as const)('leaves to validation what "$method" reads: $sent', ({ method, sent }) => {
    expect(refused(method, sent)).toBeUndefined();
    expect(pass(method, sent)).toBe(true);
  });

  it('lets pages be opened through links that others wrote', () => {
    expect(refused('nothing', { url: '/verify', query: { token: 'x', utm_source: 'mail' } })).toBeUndefined();
  });

  it('passes over what OAuth endpoints do not know (RFC 6749 §3.2), and what nobody answers', () => {
    const config = { errorAnswer: () => ({ status: 400, body: {} }) };
    expect(refused('body', { config, query: { client_id: 'x' } })).toBeUndefined();
    expect(refused('nothing', { url: null, config: {}, query: {} })).toBeUndefined();
  });

  it('judges each method by itself, however often it is asked', () => {
    for (let round = 0; round < 2; round += 1) {
      expect(refused('query', { query: { a: '1' } })).toBeUndefined();
      expect(refused('body', { query: { a: '1' } })).toEqual(['a']);
    }
  });

  it('names no more than twenty fields, and of none more than 200 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, '1']));
    expect(refused('nothing', { query: many })).toHaveLength(20);
    expect(refused('nothing', { query: { ['x'.repeat(5_000)]: '1' } })).toEqual(['x'.repeat(200)]);
  });
});
