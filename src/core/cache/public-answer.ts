import type { FastifyReply } from 'fastify';

/** Anybody may keep it, and asks each time whether it is still good. */
const PUBLIC = 'public, max-age=0, must-revalidate';

/** Says that this answer is the same for everybody who asks. */
export function markPublic(reply: FastifyReply): void {
  void reply.header('cache-control', PUBLIC);
}

export const isPublic = (reply: FastifyReply): boolean => reply.getHeader('cache-control') === PUBLIC;
