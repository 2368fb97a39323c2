// version-traceid-parentid-flags (W3C Trace Context §3.2); `ff` is no version, an all-zero trace or parent id is invalid.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The header of a request where it is well-formed: it may stand in logs and in rows then. */
export const wellFormedTraceparent = (given: unknown): string | undefined =>
  typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;

/** What all lines and spans of one request and of its mails have in common. */
export const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.slice(3, 35);
