import { AppError, invalidField } from '../../common/errors/app-error.js';
import { checkShape } from '../../core/http/shape-gate.js';

/** What a client may say. */
export interface Authenticate {
  event: 'authenticate';
  data: { token: string };
}

/** @throws AppError `MALFORMED_REQUEST`, `VALIDATION_FAILED` */
export function readMessage(text: string): Authenticate {
  const message = parse(text) as { event?: unknown; data?: { token?: unknown } };
  checkShape(message);
  const { event, data, ...others } = message;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalidField(unknown.slice(0, 200), 'UNKNOWN_FIELD', 'A message has event and data.');
  if (event !== 'authenticate') throw invalidField('event', 'UNKNOWN_EVENT', 'The one event to send is authenticate.');
  const token: unknown = data?.token;
  if (typeof token !== 'string' || token === '')
    throw invalidField('data.token', 'REQUIRED', 'An access token is needed.');
  return { event, data: { token } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('MALFORMED_REQUEST', { detail: 'The message is not well-formed JSON.', cause: error });
  }
}
