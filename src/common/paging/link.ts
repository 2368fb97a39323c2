import type { FastifyReply } from 'fastify';
import { splitTarget } from '../urls/split-target.js';
import type { RowPage } from './page.js';

/** Adds `Link` (RFC 8288) to the pages around this one, where there are any, with the request's own parameters. */
export function setPageLinks(reply: FastifyReply, { page, previousCursor }: Omit<RowPage<never>, 'rows'>): void {
  const links = [
    ...(previousCursor === null ? [] : [link(reply.request.url, previousCursor, 'prev')]),
    ...(page.nextCursor === null ? [] : [link(reply.request.url, page.nextCursor, 'next')]),
  ];
  if (links.length > 0) void reply.header('link', links.join(', '));
}

function link(url: string, cursor: string, relation: 'prev' | 'next'): string {
  const { path, query } = splitTarget(url);
  const parameters = new URLSearchParams(query);
  parameters.delete('skip');
  parameters.set('cursor', cursor);
  return `<${path}?${parameters.toString()}>; rel="${relation}"`;
}
