import { AsyncResource } from 'node:async_hooks';

interface Asked<Row> {
  key: string;
  resolve: (row: Row | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Behind the column of the keys in a statement for `KeyedReads`: among the first parameter, as ids. In an array as such
 * PostgreSQL sees how many there are, and plans every execution anew, since a plan for few looks cheaper than the general
 * one: to plan takes ten times as long as to read.
 */
export const AMONG_KEYS = '= ANY ((SELECT $1::uuid[])::uuid[])';

/**
 * Reads single rows by their keys, those that are asked for in the same turn of the event loop by one statement: under
 * load the way to PostgreSQL and back costs more than all that is asked there. Each row is read after it was asked for,
 * and outside of any transaction.
 */
export class KeyedReads<Row> {
  private asked: Asked<Row>[] = [];
  /** That of whoever made it: the statement belongs to no single one of those who wait for it. */
  private readonly context = new AsyncResource('KeyedReads');

  /**
   * @param read the rows of these keys, in any order; those that there are none of are left out
   * @param keyOf that of a row
   */
  constructor(
    private readonly read: (keys: string[]) => Promise<Row[]>,
    private readonly keyOf: (row: Row) => string,
  ) {}

  /**
   * @returns the row, which others may get too; undefined where there is none
   * @throws whatever the statement does
   */
  async one(key: string): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      this.asked.push({ key, resolve, reject });
      if (this.asked.length > 1) return;
      this.context.runInAsyncScope(() => setImmediate(() => void this.readAll()));
    });
  }

  private async readAll(): Promise<void> {
    const { asked } = this;
    this.asked = [];
    try {
      const rows = await this.read([...new Set(asked.map(({ key }) => key))]);
      const found = new Map(rows.map((row) => [this.keyOf(row), row]));
      for (const { key, resolve } of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
