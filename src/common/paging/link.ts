import type { FastifyReply } from 'fastify';
import type { PageInfo } from './page.js';

/** Adds `Link: <…>; rel="next"` (RFC 8288) with the request's own parameters, where another page follows. */
export function setNextLink(reply: FastifyReply, page: PageInfo): void {
  if (page.nextCursor === null) return;
  const [path, query] = reply.request.url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.delete('skip');
  parameters.set('cursor', page.nextCursor);
  void reply.header('link', `<${path}?${parameters.toString()}>; rel="next"`);
}
