import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueryFailedError } from 'typeorm';
import { CONSTRAINT_PROBLEMS } from '../../common/errors/constraint-problems.js';
import { databaseProblem } from './database-errors.js';

const failure = (members: { code?: string; constraint?: string; message?: string }): Error =>
  Object.assign(new Error(members.message ?? 'failed'), members);

describe('databaseProblem', () => {
  it.each([
    ['22001', 'VALIDATION_FAILED'],
    ['22003', 'VALIDATION_FAILED'],
    ['22007', 'VALIDATION_FAILED'],
    ['22008', 'VALIDATION_FAILED'],
    ['22021', 'VALIDATION_FAILED'],
    ['22P02', 'VALIDATION_FAILED'],
    ['22P05', 'VALIDATION_FAILED'],
    ['23502', 'VALIDATION_FAILED'],
    ['23514', 'VALIDATION_FAILED'],
    ['54000', 'VALIDATION_FAILED'],
    ['23503', 'CONFLICT'],
    ['23505', 'CONFLICT'],
    ['40001', 'CONFLICT'],
    ['40P01', 'CONFLICT'],
    ['55P03', 'SERVICE_UNAVAILABLE'],
    ['57014', 'SERVICE_UNAVAILABLE'],
    ['25006', 'SERVICE_UNAVAILABLE'],
    ['08006', 'SERVICE_UNAVAILABLE'],
    ['53300', 'SERVICE_UNAVAILABLE'],
    ['57P01', 'SERVICE_UNAVAILABLE'],
    ['58030', 'SERVICE_UNAVAILABLE'],
    ['ECONNREFUSED', 'SERVICE_UNAVAILABLE'],
    ['ECONNRESET', 'SERVICE_UNAVAILABLE'],
    ['EPIPE', 'SERVICE_UNAVAILABLE'],
    ['ETIMEDOUT', 'SERVICE_UNAVAILABLE'],
    ['ENOTFOUND', 'SERVICE_UNAVAILABLE'],
    ['EAI_AGAIN', 'SERVICE_UNAVAILABLE'],
    ['EHOSTUNREACH', 'SERVICE_UNAVAILABLE'],
  ])('tells %s as %s', (code, problem) => {
    expect(databaseProblem(failure({ code }))?.code).toBe(problem);
  });

  it.each([
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    // What TypeORM says of a transaction whose connection broke between two statements.
    'Query runner already released. Cannot run queries anymore.',
    'Cannot use a pool after calling end on the pool',
  ])('tells "%s", which has no code, as unavailable', (message) => {
    expect(databaseProblem(failure({ message }))?.code).toBe('SERVICE_UNAVAILABLE');
  });

  it.each([
    ['users_email_key_unique', 'EMAIL_TAKEN'],
    ['users_username_key_unique', 'USERNAME_TAKEN'],
    ['posts_slug_unique', 'SLUG_TAKEN'],
    ['some_other_unique', 'CONFLICT'],
  ])('tells a violation of %s as %s', (constraint, problem) => {
    expect(databaseProblem(failure({ code: '23505', constraint }))?.code).toBe(problem);
  });

  it('looks into what TypeORM wraps', () => {
    const inner = failure({ code: '23505', constraint: 'posts_slug_unique' });
    const wrapped = new QueryFailedError('INSERT INTO posts …', [], inner);
    expect(databaseProblem(wrapped)).toMatchObject({ code: 'SLUG_TAKEN', cause: wrapped });
  });

  it('says nothing of the statement, and keeps it for the log', () => {
    const cause = failure({ code: '22P02', message: 'invalid input syntax for type uuid: "hunter2"' });
    const problem = databaseProblem(cause);
    expect(problem?.message).toBe('The request is not valid');
    expect(problem?.cause).toBe(cause);
  });

  it('says when to come back only where that helps', () => {
    expect(databaseProblem(failure({ code: '57014' }))?.headers).toEqual({ 'retry-after': '2' });
    expect(databaseProblem(failure({ code: '23505' }))?.headers).toEqual({});
  });

  it.each([
    { name: 'a fault of ours in SQL', error: failure({ code: '42601' }) },
    { name: 'a table that is missing', error: failure({ code: '42P01' }) },
    { name: 'an error without a code', error: failure({}) },
    { name: 'a code of another library', error: failure({ code: 'FST_ERR_CTP_BODY_TOO_LARGE' }) },
    { name: 'a code that only begins like a class', error: failure({ code: '0800' }) },
    { name: 'a message that only holds one of those', error: failure({ message: 'the Query read timeout' }) },
    { name: 'a text', error: 'Connection terminated' },
    { name: 'nothing', error: undefined },
  ])('leaves $name to others', ({ error }) => {
    expect(databaseProblem(error)).toBeUndefined();
  });
});

describe('CONSTRAINT_PROBLEMS', () => {
  const directory = join(__dirname, '../../../migrations');
  const migrations = readdirSync(directory)
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('\n');

  it.each(Object.keys(CONSTRAINT_PROBLEMS))('names %s as the migrations do', (constraint) => {
    expect(migrations).toMatch(new RegExp(`UNIQUE INDEX ${constraint} ON`));
  });

  /**
   * What is there already is no conflict for these: their only INSERT says `ON CONFLICT`, or their numbers come from a
   * sequence.
   */
  const NEVER_VIOLATED = ['subscriptions_author_subscriber', 'emails_post_recipient', 'live_events_position'];

  it('knows every unique index that a client can run into', () => {
    const indexes = [...migrations.matchAll(/CREATE UNIQUE INDEX (\w+)/g)].map(([, name]) => name);
    expect(new Set([...Object.keys(CONSTRAINT_PROBLEMS), ...NEVER_VIOLATED])).toEqual(new Set(indexes));
  });
});
