import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';

/**
 * Makes a page of rows that were read with one more than the limit, which tells whether another page follows.
 * @param cursorOf makes the cursor that leads past a row
 */
export function rowPage<Row>(
  rows: Row[],
  { limit }: Pick<PageQuery, 'limit'>,
  cursorOf: (last: Row) => string,
  total?: number,
): RowPage<Row> {
  const hasMore = rows.length > limit;
  const shown = hasMore ? rows.slice(0, limit) : rows;
  const last = shown.at(-1);
  return {
    rows: shown,
    page: {
      limit,
      hasMore,
      nextCursor: hasMore && last !== undefined ? cursorOf(last) : null,
      ...(total !== undefined && { total }),
    },
  };
}
