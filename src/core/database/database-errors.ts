import { AppError, type AppErrorOptions } from '../../common/errors/app-error.js';
import { CONSTRAINT_PROBLEMS } from '../../common/errors/constraint-problems.js';
import type { ProblemCode } from '../../common/errors/problems.js';

/** SQLSTATEs (PostgreSQL appendix A) and node-postgres' own failures, by what the client should be told. */
const BY_STATE: Record<string, ProblemCode> = {
  '22001': 'VALIDATION_FAILED', // string too long
  '22003': 'VALIDATION_FAILED', // number out of range
  '22007': 'VALIDATION_FAILED', // invalid date
  '22008': 'VALIDATION_FAILED', // date out of range
  '22021': 'VALIDATION_FAILED', // a character that UTF-8 does not have, or NUL
  '22P02': 'VALIDATION_FAILED', // invalid text representation
  '22P05': 'VALIDATION_FAILED', // untranslatable character
  '23502': 'VALIDATION_FAILED', // not null
  '23514': 'VALIDATION_FAILED', // check
  '54000': 'VALIDATION_FAILED', // too large for an index row
  '23503': 'CONFLICT', // foreign key
  '23505': 'CONFLICT', // unique
  '40001': 'CONFLICT', // serialization failure
  '40P01': 'CONFLICT', // deadlock
  '55P03': 'SERVICE_UNAVAILABLE', // lock not available in time
  '57014': 'SERVICE_UNAVAILABLE', // statement took too long
  '25006': 'SERVICE_UNAVAILABLE', // read-only: a standby after a failover
};

/** Classes of SQLSTATE in which the database is not there for the moment. */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '57', '58']);

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** node-postgres and TypeORM give these failures no code. */
const UNAVAILABLE_MESSAGE =
  /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout|Client has encountered a connection error|Query runner already released|Cannot use a pool after calling end)/;

/** The one table from what a database driver throws to what a client is told; `undefined` for any other error. */
export function databaseProblem(error: unknown): AppError | undefined {
  const failure = driverError(error);
  if (!failure) return undefined;
  const code = problemCode(failure);
  return code && new AppError(code, { ...optionsFor(code), cause: error });
}

interface DriverError {
  code?: string;
  constraint?: string;
  message: string;
}

/** TypeORM wraps what node-postgres throws. */
function driverError(error: unknown): DriverError | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = (error as { driverError?: unknown }).driverError;
  return inner instanceof Error ? inner : error;
}

function problemCode(failure: DriverError): ProblemCode | undefined {
  if (failure.constraint && failure.constraint in CONSTRAINT_PROBLEMS) return CONSTRAINT_PROBLEMS[failure.constraint];
  if (UNAVAILABLE_MESSAGE.test(failure.message)) return 'SERVICE_UNAVAILABLE';
  if (!failure.code) return undefined;
  if (failure.code in BY_STATE) return BY_STATE[failure.code];
  if (UNAVAILABLE_CODES.has(failure.code)) return 'SERVICE_UNAVAILABLE';
  return /^[0-9A-Z]{5}$/.test(failure.code) && UNAVAILABLE_CLASSES.has(failure.code.slice(0, 2))
    ? 'SERVICE_UNAVAILABLE'
    : undefined;
}

const optionsFor = (code: ProblemCode): AppErrorOptions =>
  code === 'SERVICE_UNAVAILABLE' ? { headers: { 'retry-after': '2' } } : {};
