import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers 304 without a body when the client has this very version already (RFC 9110 §13.1.2). */
export async function notModified(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const etag = reply.getHeader('etag');
  const ifNoneMatch = request.headers['if-none-match'];
  if (typeof etag !== 'string' || ifNoneMatch === undefined || reply.statusCode !== 200) return payload;
  if (request.method !== 'GET' && request.method !== 'HEAD') return payload;
  if (!matches(ifNoneMatch, etag)) return payload;
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  // Fastify's own handling of HEAD measures the payload, and there is none of null.
  return request.method === 'HEAD' ? '' : null;
}

/** Weak comparison: a proxy that compressed the answer may have marked the tag as weak. */
function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
