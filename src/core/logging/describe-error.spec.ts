import { QueryFailedError } from 'typeorm';
import { describeError } from './describe-error.js';

const SECRET = 'hunter2-hunter2';

describe('describeError', () => {
  it('tells kind, message, stack, code and cause', () => {
    const cause = Object.assign(new TypeError('inside'), { code: 'ECONNREFUSED', syscall: 'connect' });
    expect(describeError(new Error('outside', { cause }))).toEqual({
      type: 'Error',
      message: 'outside',
      stack: expect.stringMatching(/^Error: outside\n +at .*describe-error\.spec/),
      cause: {
        type: 'TypeError',
        message: 'inside',
        stack: expect.stringMatching(/^TypeError: inside\n/),
        code: 'ECONNREFUSED',
        syscall: 'connect',
      },
    });
  });

  it.each([
    {
      name: 'the values of a row, in the detail of PostgreSQL',
      error: Object.assign(new Error('duplicate key value violates unique constraint "users_email_key"'), {
        code: '23505',
        detail: `Key (email)=(${SECRET}) already exists.`,
        constraint: 'users_email_key',
      }),
      kept: { constraint: 'users_email_key', code: '23505' },
    },
    {
      name: 'a value that PostgreSQL could not read',
      error: Object.assign(new Error(`invalid input syntax for type uuid: "${SECRET}"`), { code: '22P02' }),
      kept: { message: 'invalid input syntax for type uuid: "…"' },
    },
    {
      name: 'the parameters of a statement, in the error of TypeORM',
      error: new QueryFailedError('UPDATE users SET password = $1', [SECRET], new Error('too slow')),
      kept: { type: 'QueryFailedError', message: 'too slow' },
    },
    {
      name: 'what could not be read as JSON',
      error: syntaxErrorOf(`{"password": ${SECRET}}`),
      kept: { type: 'SyntaxError', message: "Unexpected token 'h'" },
    },
    {
      name: 'the end of JSON that breaks off',
      error: syntaxErrorOf(`{"password": "${SECRET}`),
      kept: { message: expect.stringContaining('JSON') },
    },
    {
      name: 'a recipient whom the mail server repeats',
      error: Object.assign(new Error(`550 5.1.1 <${SECRET}@mail.example.org>: no such user`), {
        code: 'EENVELOPE',
        responseCode: 550,
        rejected: [`${SECRET}@mail.example.org`],
      }),
      kept: { message: '550 5.1.1 <[address]>: no such user', responseCode: 550 },
    },
    {
      name: 'a password in an address',
      error: new Error(`cannot connect to postgres://broadsheet:${SECRET}@db.internal:5432/broadsheet`),
      kept: { message: 'cannot connect to postgres://broadsheet:[address]:5432/broadsheet' },
    },
    {
      name: 'something thrown that is no error',
      error: `${SECRET}@example.org`,
      kept: { type: 'string', message: '[address]' },
    },
  ])('leaves out $name', ({ error, kept }) => {
    const described = describeError(new Error('outer', { cause: error })).cause;
    expect(described).toMatchObject(kept);
    expect(JSON.stringify(described)).not.toContain(SECRET);
  });

  it('leaves the paths of packages in a stack alone', () => {
    const error = new Error('broken');
    error.stack = 'Error: broken\n    at run (/app/node_modules/@nestjs/core/router.js:1:2)';
    expect(describeError(error).stack).toBe(error.stack);
  });

  it('ends where causes go round in a circle', () => {
    const one = new Error('one');
    const other = new Error('other', { cause: one });
    one.cause = other;
    expect(JSON.stringify(describeError(one)).match(/"message"/g)).toHaveLength(4);
  });
});

function syntaxErrorOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
