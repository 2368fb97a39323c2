import type { AppError, FieldError } from '../../common/errors/app-error.js';
import { PROBLEMS, type ProblemCode } from '../../common/errors/problems.js';

/** The one envelope of errors: RFC 9457 members, and `error`, `detail`, `code` for clients that look for those. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  error: string;
  code: ProblemCode;
  requestId: string;
  errors?: FieldError[];
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** @param instance the path of the request, without its query, which may hold what is not to be repeated */
export function problemBody(
  problem: Pick<AppError, 'code' | 'message' | 'errors'>,
  origin: { baseUrl: string; instance: string; requestId: string },
): ProblemBody {
  const { status, title } = PROBLEMS[problem.code];
  return {
    type: `${origin.baseUrl}/errors/${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: origin.instance,
    error: title,
    code: problem.code,
    requestId: origin.requestId,
    ...(problem.errors && { errors: problem.errors }),
  };
}
