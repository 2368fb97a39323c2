import { AppError } from '../../common/errors/app-error.js';
import { databaseProblem } from '../../core/database/database-errors.js';
import { EXIT, explainFailure, type Failure } from '../support/failures.js';

/** What the person at the keyboard asked for cannot be done; the message is one plain sentence. */
export class OperatorError extends Error {}

/** The same words as the API has for what it refuses. */
export function explainVerb(error: unknown): Failure {
  if (error instanceof OperatorError || error instanceof AppError)
    return { message: error.message, exitCode: EXIT.failure };
  if (isInterruption(error)) return { message: 'Stopped; what was done so far stays', exitCode: EXIT.interrupted };
  if (isFileError(error)) return { message: error.message, exitCode: EXIT.failure };
  const problem = databaseProblem(error);
  if (problem?.status === 409) return { message: problem.message, exitCode: EXIT.failure };
  return explainFailure(error);
}

/** Streams and signals each have a class of their own for it. */
const isInterruption = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

const isFileError = (error: unknown): error is Error =>
  error instanceof Error && 'syscall' in error && error.syscall !== 'connect';
