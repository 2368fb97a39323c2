import { PROBLEMS, type ProblemCode, type ProblemLevel } from './problems.js';

/** What is wrong with one field; `field` is a path such as `tags.3`, empty for the body as a whole. */
export interface FieldError {
  field: string;
  code: string;
  detail: string;
}

export interface AppErrorOptions {
  /** One sentence for people; the title of the code where it is left out. */
  detail?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The one error that code below the HTTP layer throws on purpose; status and log level follow from its code. */
export class AppError extends Error {
  readonly status: number;
  readonly level: ProblemLevel;
  readonly errors: FieldError[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ProblemCode,
    options: AppErrorOptions = {},
  ) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause });
    this.name = 'AppError';
    this.status = PROBLEMS[code].status;
    this.level = PROBLEMS[code].level ?? 'debug';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

/** 422 for one field that only the service can judge. */
export const invalidField = (field: string, code: string, detail: string): AppError =>
  new AppError('VALIDATION_FAILED', { detail, errors: [{ field, code, detail }] });
