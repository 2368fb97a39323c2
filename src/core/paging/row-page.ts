import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { RowPage } from '../../common/paging/page.js';

/** Which side of a row a cursor leads to. */
export type Direction = 'next' | 'previous';

interface Made<Row> {
  /** Makes the cursor that leads past a row. */
  cursorOf: (row: Row, direction: Direction) => string;
  /** In which direction the rows were read; backwards they come in the opposite order. */
  direction?: Direction;
  total?: number;
}

/** Makes a page of rows that were read with one more than the limit, which tells whether another page follows. */
export function rowPage<Row>(
  rows: Row[],
  { limit, cursor, skip = 0 }: Pick<PageQuery, 'limit' | 'cursor' | 'skip'>,
  { cursorOf, direction = 'next', total }: Made<Row>,
): RowPage<Row> {
  const isForward = direction === 'next';
  const goesOn = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (!isForward) shown.reverse();
  // Backwards there is always something behind: the page that led here.
  const hasMore = isForward ? goesOn : true;
  const hasPrevious = isForward ? cursor !== undefined || skip > 0 : goesOn;
  const [first, last] = [shown.at(0), shown.at(-1)];
  return {
    rows: shown,
    page: {
      limit,
      hasMore,
      nextCursor: hasMore && last !== undefined ? cursorOf(last, 'next') : null,
      ...(total !== undefined && { total }),
    },
    previousCursor: hasPrevious && first !== undefined ? cursorOf(first, 'previous') : null,
  };
}
