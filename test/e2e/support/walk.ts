import type { TestClient } from '../../support/test-client.js';

const MAX_PAGES = 200;

export interface WalkedItem {
  id: string;
  [member: string]: unknown;
}

/**
 * Follows a list by its cursors to the end, and holds the `Link` of each page against its cursor.
 * @param between is called after each page but the last
 */
export async function walk(
  client: TestClient,
  path: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<WalkedItem[][]> {
  const pages: WalkedItem[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, body, headers } = await client.get(next);
    expect(status).toBe(200);
    pages.push(body.items);
    const { hasMore, nextCursor } = body.page;
    expect(hasMore).toBe(nextCursor !== null);
    const links = headers.get('link') ?? '';
    const link: string | undefined = /<([^>]+)>; rel="next"/.exec(links)?.[1];
    expect(links.includes('rel="prev"')).toBe(pages.length > 1 && body.items.length > 0);
    const cursor: string | null = link === undefined ? null : new URL(link, 'http://any').searchParams.get('cursor');
    expect(cursor).toBe(nextCursor);
    expect(pages.length).toBeLessThan(MAX_PAGES);
    next = link;
    if (next !== undefined) await between();
  }
  return pages;
}

export const idsOf = (pages: WalkedItem[][]): string[] => pages.flat().map((item) => item.id);
