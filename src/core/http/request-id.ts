import type { IncomingMessage } from 'node:http';
import { newId } from '../../common/ids/uuid.js';

const WELL_FORMED = /^[A-Za-z0-9._:/+=@-]{1,128}$/;

/** The client's `X-Request-Id` where it is well-formed, a new one otherwise. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : newId();
}

// version-traceid-parentid-flags (W3C Trace Context §3.2); an all-zero trace or parent id is invalid.
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's `traceparent` where it is well-formed. */
export function traceparent(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const given = request.headers['traceparent'];
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}
