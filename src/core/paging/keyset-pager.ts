import { Injectable } from '@nestjs/common';
import type { QueryResultRow } from 'pg';
import type { RowPage } from '../../common/paging/page.js';
import type { PageQuery } from '../../common/paging/page-query.dto.js';
import type { Conditions } from '../database/conditions.js';
import { Sql } from '../database/sql.js';
import { Cursors } from './cursors.js';
import { rowPage } from './row-page.js';

/** The order of a list: one column, and the id behind it, so that rows that are alike keep their places. */
export interface KeysetOrder<Row> {
  column: string;
  /** The type of the column, to read the value of a cursor as. */
  type: 'timestamptz' | 'text';
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
  filter: Conditions;
  /** Everything that the filter depends on: a cursor is good for the same list alone. */
  filteredBy: unknown[];
  order: KeysetOrder<Row>;
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
    const { filter, order, id } = list;
    const listKey = JSON.stringify([list.name, order.column, order.descending, ...list.filteredBy]);
    const total = query.count ? await this.count(list) : undefined;
    if (query.cursor !== undefined) {
      const [value, lastId] = this.cursors.decode(listKey, query.cursor);
      const isPast = order.descending ? '<' : '>';
      filter.add(
        `(${order.column}, ${id}) ${isPast} (${filter.bind(value)}::${order.type}, ${filter.bind(lastId)}::uuid)`,
      );
    }
    const direction = order.descending ? 'DESC' : 'ASC';
    const text = `SELECT ${list.columns} FROM ${list.from} ${filter.where}
      ORDER BY ${order.column} ${direction}, ${id} ${direction}
      LIMIT ${filter.bind(query.limit + 1)} OFFSET ${filter.bind(query.skip ?? 0)}`;
    const rows = await this.sql.rows<Row>({ name: list.name, text }, filter.values);
    return rowPage(rows, query, (row) => this.cursors.encode(listKey, [order.valueOf(row), row.id]), total);
  }

  private async count({ name, from, filter }: Pick<KeysetList<never>, 'name' | 'from' | 'filter'>): Promise<number> {
    const text = `SELECT count(*)::int AS total FROM ${from} ${filter.where}`;
    const row = await this.sql.row<{ total: number }>({ name: `${name}.count`, text }, filter.values);
    return row?.total ?? 0;
  }
}
