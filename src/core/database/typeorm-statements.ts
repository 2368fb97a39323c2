import { Injectable } from '@nestjs/common';
import {
  DataSource,
  type AfterQueryEvent,
  type BeforeQueryEvent,
  type EntitySubscriberInterface,
  type QueryRunner,
} from 'typeorm';
import { StatementTimes, type StatementEnd } from './statement-times.js';

/** What TypeORM says for a transaction; everything else that it writes has one name. */
const NAMES: Record<string, string> = {
  START: 'transaction.begin',
  COMMIT: 'transaction.commit',
  ROLLBACK: 'transaction.rollback',
};

/** Times the statements that TypeORM writes, which do not go through `Sql`. */
@Injectable()
export class TypeOrmStatements implements EntitySubscriberInterface {
  /** A runner has one connection, and so one statement at a time. */
  private readonly running = new WeakMap<QueryRunner, StatementEnd>();

  constructor(
    dataSource: DataSource,
    private readonly times: StatementTimes,
  ) {
    dataSource.subscribers.push(this);
  }

  beforeQuery({ query, queryRunner }: BeforeQueryEvent): void {
    const [verb = ''] = query.split(' ', 1);
    this.running.set(queryRunner, this.times.begin(NAMES[verb] ?? 'typeorm'));
  }

  afterQuery({ queryRunner, success, error }: AfterQueryEvent): void {
    this.running.get(queryRunner)?.(success ? undefined : error);
    this.running.delete(queryRunner);
  }
}
