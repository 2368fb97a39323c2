import { retryAfterOf } from './retry-after.js';
import type { components } from './schema.js';

/** The envelope of every error (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** An answer of 4xx or 5xx. */
export class BroadsheetError extends Error {
  override readonly name = 'BroadsheetError';

  constructor(
    readonly problem: Partial<Problem>,
    readonly response: Response,
  ) {
    super(`${response.status} ${problem.code ?? ''}: ${problem.detail ?? response.statusText}`);
  }

  get status(): number {
    return this.response.status;
  }

  /** Stable; what to do about it is at `problem.type`. */
  get code(): string | undefined {
    return this.problem.code;
  }

  /** What is wrong with which field of the input; empty where it is something else. */
  get errors(): NonNullable<Problem['errors']> {
    return Array.isArray(this.problem.errors) ? this.problem.errors : [];
  }

  /** By which operators find the request in their logs. */
  get requestId(): string | undefined {
    return this.problem.requestId ?? this.response.headers.get('x-request-id') ?? undefined;
  }

  /** Seconds after which the same request may well succeed. */
  get retryAfter(): number | undefined {
    const wait = retryAfterOf(this.response, Date.now());
    return wait === undefined ? undefined : Math.ceil(wait / 1_000);
  }
}

/** The error that an answer tells of. */
export async function refusal(response: Response): Promise<BroadsheetError> {
  return new BroadsheetError(problemIn(await response.json().catch(() => undefined)), response);
}

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The data of an answer.
 * @throws BroadsheetError where it is an error
 */
export async function ok<Data>(outcome: Promise<Outcome<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await outcome;
  if (!response.ok) throw new BroadsheetError(problemIn(error), response);
  // Of 204 there is nothing, and its type says so.
  return data as NonNullable<Data>;
}

/** A proxy in between may answer anything. */
const problemIn = (body: unknown): Partial<Problem> => (typeof body === 'object' && body !== null ? body : {});
