/** What a log tells of an error. */
export interface DescribedError {
  type: string;
  message: string;
  stack?: string;
  cause?: DescribedError;
  [member: string]: unknown;
}

/**
 * Members of errors that help and hold nothing of anybody's. What is not named here stays out: PostgreSQL's `detail` has
 * the values of a row, TypeORM's `parameters` those of a statement, and nodemailer's `rejected` the addresses.
 */
const KEPT = ['code', 'syscall', 'responseCode', 'command', 'severity', 'constraint', 'table', 'column', 'routine'];

/** Causes of causes are told so deep. */
const MAX_DEPTH = 4;

/** A local part, and a host with or without dots; user and password of a URL end like that, too. */
const ADDRESS = /[\p{L}\p{N}.!#$%&'*+=?^_`{|}~-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*/gu;
const QUOTED = /"[^"]*"/g;
/** What PostgreSQL could not read as a value, which it then quotes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const DATA_EXCEPTION = /^22/;

/** An error as members of a log line, without addresses and without the values that it was about. */
export function describeError(error: unknown, depth = 1): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutAddresses(String(error)) };
  const members = error as Error & Record<string, unknown>;
  const kept = KEPT.filter((name) => ['string', 'number'].includes(typeof members[name]));
  return {
    type: error.name,
    message: harmless(error, error.message),
    stack: harmless(error, error.stack ?? ''),
    ...Object.fromEntries(kept.map((name) => [name, members[name]])),
    ...(error.cause !== undefined && depth < MAX_DEPTH && { cause: describeError(error.cause, depth + 1) }),
  };
}

/** Mail servers repeat the recipient in what they answer. */
export const withoutAddresses = (text: string): string => text.replace(ADDRESS, '[address]');

/** @param text the message of the error, or its stack, which begins with the message */
function harmless(error: Error, text: string): string {
  const { code } = error as { code?: unknown };
  const message = error.message;
  if (error instanceof SyntaxError) return text.replace(message, () => beforeSnippet(message));
  if (typeof code === 'string' && DATA_EXCEPTION.test(code))
    return withoutAddresses(text.replace(message, () => message.replace(QUOTED, '"…"')));
  return withoutAddresses(text);
}

/** `JSON.parse` shows the text that it could not read: Unexpected token 'h', "{"password": hunter2}" is not valid JSON. */
const beforeSnippet = (message: string): string => message.split(/[,"]/, 1)[0] ?? '';
