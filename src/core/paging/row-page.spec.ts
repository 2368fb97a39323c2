import { rowPage, type Direction } from './row-page.js';

const cursorOf = (row: string, direction: Direction): string => `${direction} of ${row}`;

describe('rowPage', () => {
  it.each([
    { rows: [], shown: [], hasMore: false, nextCursor: null },
    { rows: ['a'], shown: ['a'], hasMore: false, nextCursor: null },
    { rows: ['a', 'b'], shown: ['a', 'b'], hasMore: false, nextCursor: null },
    { rows: ['a', 'b', 'c'], shown: ['a', 'b'], hasMore: true, nextCursor: 'next of b' },
  ])('shows $shown of $rows with a limit of 2, and nothing before it', ({ rows, shown, hasMore, nextCursor }) => {
    expect(rowPage(rows, { limit: 2 }, { cursorOf })).toEqual({
      rows: shown,
      page: { limit: 2, hasMore, nextCursor },
      previousCursor: null,
    });
  });

  it.each([{ cursor: 'any' }, { skip: 3 }])('leads back from a page that began at %j', (start) => {
    expect(rowPage(['a', 'b', 'c'], { limit: 2, ...start }, { cursorOf }).previousCursor).toBe('previous of a');
  });

  it('does not lead back from the beginning of the list', () => {
    expect(rowPage(['a'], { limit: 2, skip: 0 }, { cursorOf }).previousCursor).toBeNull();
  });

  it.each([
    { rows: ['c', 'b', 'a'], previousCursor: 'previous of b' },
    { rows: ['c', 'b'], previousCursor: null },
  ])('turns $rows round that were read backwards', ({ rows, previousCursor }) => {
    const page = rowPage(rows, { limit: 2, cursor: 'any' }, { cursorOf, direction: 'previous' });
    expect(page).toEqual({
      rows: ['b', 'c'],
      page: { limit: 2, hasMore: true, nextCursor: 'next of c' },
      previousCursor,
    });
  });

  it.each([0, 41])('tells the total of %d where it was counted', (total) => {
    expect(rowPage([], { limit: 2 }, { cursorOf, total }).page).toHaveProperty('total', total);
  });

  it('has no total where it was not', () => {
    expect(rowPage([], { limit: 2 }, { cursorOf }).page).not.toHaveProperty('total');
  });
});
