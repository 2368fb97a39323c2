import { Injectable } from '@nestjs/common';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { Settings } from '../config/settings.js';
import { assertAwaited } from './bounded-pool.js';
import { StatementTimes } from './statement-times.js';

/** A statement and what it is called in plans and metrics: `posts.page`. Texts of one name may differ by filters. */
export interface Statement {
  name: string;
  text: string;
  /** Not prepared, so that every execution is planned for its own values: for searches, whose words decide the plan. */
  planEachTime?: boolean;
}

/**
 * Runs prepared statements, inside the ambient transaction where there is one. For the reads that are hot: their rows
 * go into the answer as they are, without being made into entities first.
 */
@Injectable()
export class Sql {
  /** PostgreSQL knows a prepared statement by its name, so every text has one of its own. */
  private readonly names = new Map<string, string>();
  private readonly prepare: boolean;
  /** The last statement of each connection that carries a transaction. */
  private readonly turns = new WeakMap<PoolClient, Promise<unknown>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: TransactionHost<TransactionalAdapterTypeOrm>,
    settings: Settings,
    private readonly times: StatementTimes,
  ) {
    // A transaction pooler hands every transaction another connection, which does not know the names of the last one.
    this.prepare = settings.DATABASE_DIRECT_URL === undefined;
  }

  async rows<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row[]> {
    const end = this.times.begin(statement.name);
    try {
      const name = this.prepare && !statement.planEachTime ? this.nameOf(statement) : undefined;
      const query = { name, text: statement.text, values };
      const client = await this.transactionClient();
      const { rows } = client ? await this.inTurn(client, query) : await this.pool.query<Row>(query);
      end();
      return rows as Row[];
    } catch (error) {
      end(error);
      throw error;
    }
  }

  /** The first row, or `undefined`. */
  async row<Row extends QueryResultRow>(statement: Statement, values: unknown[] = []): Promise<Row | undefined> {
    const rows = await this.rows<Row>(statement, values);
    return rows[0];
  }

  private nameOf({ name, text }: Statement): string {
    const known = this.names.get(text);
    if (known) return known;
    const made = `${name}#${this.names.size}`;
    this.names.set(text, made);
    return made;
  }

  /** A connection takes one statement after the other; node-postgres 9 will not keep the others waiting by itself. */
  private async inTurn(client: PoolClient, query: QueryConfig): Promise<QueryResult> {
    const result = (this.turns.get(client) ?? Promise.resolve()).then(() => client.query(query));
    this.turns.set(
      client,
      result.catch(() => undefined),
    );
    return result;
  }

  private async transactionClient(): Promise<PoolClient | undefined> {
    const runner = this.transactions.tx.queryRunner;
    if (!runner) return undefined;
    // Rolled back, so that its connection and its locks are free again. The pool itself sees to what is in none.
    assertAwaited();
    // TypeORM types it as any: the runner's connection is the pool client that carries the transaction.
    return (await runner.connect()) as PoolClient;
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}
