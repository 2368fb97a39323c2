import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers 304 without a body when the client has this very version already (RFC 9110 §13.1.2). */
export function notModified(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: null, payload: unknown) => void,
): void {
  done(null, isCurrent(request, reply) ? emptied(request, reply) : payload);
}

function isCurrent({ method, headers }: FastifyRequest, reply: FastifyReply): boolean {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch === undefined || reply.statusCode !== 200) return false;
  if (method !== 'GET' && method !== 'HEAD') return false;
  const etag = reply.getHeader('etag');
  return typeof etag === 'string' && matches(ifNoneMatch, etag);
}

function emptied({ method }: FastifyRequest, reply: FastifyReply): string | null {
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  // Fastify's own handling of HEAD measures the payload, and there is none of null.
  return method === 'HEAD' ? '' : null;
}

/** Weak comparison: a proxy that compressed the answer may have marked the tag as weak. */
function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
