import type { FastifyReply } from 'fastify';
import { setPageLinks } from './link.js';

/** The `Link` header for a request and the cursors of its page. */
function linkFor(url: string, nextCursor: string | null, previousCursor: string | null = null): string | undefined {
  const header = jest.fn<void, [string, string]>();
  const page = { limit: 20, hasMore: nextCursor !== null, nextCursor };
  setPageLinks({ request: { url }, header } as unknown as FastifyReply, { page, previousCursor });
  return header.mock.calls[0]?.[1];
}

describe('setPageLinks', () => {
  it.each([
    { url: '/api/v1/posts', link: '</api/v1/posts?cursor=abc.def>; rel="next"' },
    { url: '/api/v1/posts?limit=5&tag=a+b', link: '</api/v1/posts?limit=5&tag=a+b&cursor=abc.def>; rel="next"' },
    { url: '/api/v1/posts?cursor=old&limit=5', link: '</api/v1/posts?cursor=abc.def&limit=5>; rel="next"' },
    { url: '/api/v1/posts?skip=20&limit=5', link: '</api/v1/posts?limit=5&cursor=abc.def>; rel="next"' },
    { url: '/api/v1/posts?q=who?&limit=5', link: '</api/v1/posts?q=who%3F&limit=5&cursor=abc.def>; rel="next"' },
    { url: '/api/v1/posts?tag=%3E%3B"', link: '</api/v1/posts?tag=%3E%3B%22&cursor=abc.def>; rel="next"' },
  ])('leads on from $url', ({ url, link }) => {
    expect(linkFor(url, 'abc.def')).toBe(link);
  });

  it('leads back and on from a page in the middle', () => {
    expect(linkFor('/api/v1/posts?cursor=old', 'abc.def', 'uvw.xyz')).toBe(
      '</api/v1/posts?cursor=uvw.xyz>; rel="prev", </api/v1/posts?cursor=abc.def>; rel="next"',
    );
  });

  it('leads nowhere from the only page', () => {
    expect(linkFor('/api/v1/posts', null)).toBeUndefined();
  });
});
