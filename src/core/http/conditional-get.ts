import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers 304 without a body when the client has this very version already (RFC 9110 §13.1.2). */
export function notModified(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch === undefined || reply.statusCode !== 200) return payload;
  const etag = reply.getHeader('etag');
  if (typeof etag !== 'string' || (request.method !== 'GET' && request.method !== 'HEAD')) return payload;
  if (!matches(ifNoneMatch, etag)) return payload;
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  // Fastify's own handling of HEAD measures the payload, and there is none of null.
  return request.method === 'HEAD' ? '' : null;
}

/** Weak comparison: a proxy that compressed the answer may have marked the tag as weak. */
function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => strong(tag.trim()) === strong(etag));
}

const strong = (tag: string): string => tag.replace(/^W\//, '');
