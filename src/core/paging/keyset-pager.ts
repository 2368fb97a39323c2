import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { RowPage } from '../../common/paging/page.js';
import { MAX_LIMIT, type PageQuery } from '../../common/paging/page-query.dto.js';
import type { Conditions } from '../database/conditions.js';
import { Sql } from '../database/sql.js';
import { Cursors } from './cursors.js';
import { rowPage, type Direction } from './row-page.js';

/** The order of a list: one column, and the id behind it, so that rows that are alike keep their places. */
export interface KeysetOrder<Row> {
  column: string;
  /** The type of the column, to read the value of a cursor as. */
  type: 'timestamptz' | 'text' | 'real' | 'int';
  descending: boolean;
  /** What a cursor holds of the column. */
  valueOf: (row: Row) => string;
}

/** The order of logs. */
export const NEWEST_FIRST: KeysetOrder<{ createdAt: Date }> = {
  column: 'created_at',
  type: 'timestamptz',
  descending: true,
  valueOf: (row) => row.createdAt.toISOString(),
};

export interface KeysetList<Row> {
  /** Of the statements: `posts.page`. */
  name: string;
  columns: string;
  /** What stands behind FROM. */
  from: string;
  /** The column of the id, with the alias of its table where there are several. */
  id: string;
  /** Of the id; uuid where it is left out. */
  idType?: 'uuid' | 'text';
  filter: Conditions;
  /** Everything that the filter depends on: a cursor is good for the same list alone. */
  filteredBy: unknown[];
  order: KeysetOrder<Row>;
  /** What `count=exact` counts, where that is not the list itself. */
  counted?: Pick<KeysetList<never>, 'from' | 'filter'>;
  /** Plans every execution for its own values, where these decide which plan is good. */
  planEachTime?: boolean;
}

/** Reads lists page by page: by cursor, which costs the same however deep, or by `skip`. */
@Injectable()
export class KeysetPager {
  constructor(
    private readonly sql: Sql,
    private readonly cursors: Cursors,
  ) {}

  async page<Row extends QueryResultRow & { id: string }>(
    list: KeysetList<Row>,
    query: PageQuery,
  ): Promise<RowPage<Row>> {
    const { order, id, idType = 'uuid' } = list;
    const listKey = JSON.stringify([list.name, order.column, order.descending, ...list.filteredBy]);
    const total = query.count ? await this.count(list) : undefined;
    const filter = list.filter.copy();
    let direction: Direction = 'next';
    if (query.cursor !== undefined) {
      const [value, lastId, way] = this.cursors.decode(listKey, query.cursor);
      direction = way === 'previous' ? 'previous' : 'next';
      const isPast = order.descending === (direction === 'next') ? '<' : '>';
      filter.add(
        `(${order.column}, ${id}) ${isPast} (${filter.bind(value)}::${order.type}, ${filter.bind(lastId)}::${idType})`,
      );
    }
    const isFiltered = list.filter.values.length > 0;
    const rows = await this.read<Row>({ ...list, filter }, query, { direction, isFiltered });
    // All that stood before is gone: what comes before now is the first page.
    if (direction === 'previous' && rows.length === 0) return this.page(list, { ...query, cursor: undefined });
    const cursorOf = (row: Row, way: Direction): string =>
      this.cursors.encode(listKey, [order.valueOf(row), row.id, ...(way === 'previous' ? [way] : [])]);
    return rowPage(rows, query, { cursorOf, direction, total });
  }

  private async read<Row extends QueryResultRow>(
    { name, columns, from, id, filter, order, planEachTime }: KeysetList<Row>,
    { limit, skip = 0 }: PageQuery,
    { direction, isFiltered }: { direction: Direction; isFiltered: boolean },
  ): Promise<Row[]> {
    const way = order.descending === (direction === 'next') ? 'DESC' : 'ASC';
    const ordered = `SELECT ${columns} FROM ${from} ${filter.where} ORDER BY ${order.column} ${way}, ${id} ${way}`;
    // The planner takes a bound limit for a tenth of all rows, and plans every execution anew to see that it is less: that
    // takes five times as long as to read a page. Of the constant it sees it once for all, which is only good where no
    // value of a filter decides how to read: a rare tag is found otherwise than one that is everywhere.
    const isPlannedOnce = !isFiltered && skip === 0 && limit <= MAX_LIMIT;
    const text = isPlannedOnce
      ? `SELECT * FROM (${ordered} LIMIT ${MAX_LIMIT + 1}) AS page LIMIT ${filter.bind(limit + 1)}`
      : `${ordered} LIMIT ${filter.bind(limit + 1)} OFFSET ${filter.bind(skip)}`;
    return this.sql.rows<Row>({ name, text, planEachTime }, filter.values);
  }

  private async count<Row>({ name, counted, ...list }: KeysetList<Row>): Promise<number> {
    const { from, filter } = counted ?? list;
    const text = `SELECT count(*)::int AS total FROM ${from} ${filter.where}`;
    const row = await this.sql.row<{ total: number }>({ name: `${name}.count`, text }, filter.values);
    return row?.total ?? 0;
  }
}
