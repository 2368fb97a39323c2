import { rowPage } from './row-page.js';

const cursorOf = (row: string): string => `past ${row}`;

describe('rowPage', () => {
  it.each([
    { rows: [], shown: [], hasMore: false, nextCursor: null },
    { rows: ['a'], shown: ['a'], hasMore: false, nextCursor: null },
    { rows: ['a', 'b'], shown: ['a', 'b'], hasMore: false, nextCursor: null },
    { rows: ['a', 'b', 'c'], shown: ['a', 'b'], hasMore: true, nextCursor: 'past b' },
  ])('shows $shown of $rows with a limit of 2', ({ rows, shown, hasMore, nextCursor }) => {
    expect(rowPage(rows, { limit: 2 }, cursorOf)).toEqual({ rows: shown, page: { limit: 2, hasMore, nextCursor } });
  });

  it.each([0, 41])('tells the total of %d where it was counted', (total) => {
    expect(rowPage([], { limit: 2 }, cursorOf, total).page).toHaveProperty('total', total);
  });

  it('has no total where it was not', () => {
    expect(rowPage([], { limit: 2 }, cursorOf).page).not.toHaveProperty('total');
  });
});
