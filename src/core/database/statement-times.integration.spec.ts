import { Test, type TestingModule } from '@nestjs/testing';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { TestDatabase } from '../../../test/support/test-database.js';
import { testSettings } from '../../../test/support/test-settings.js';
import { ConfigModule } from '../config/config.module.js';
import { runInContext } from '../context/request-context.js';
import { Metrics } from '../metrics/metrics.js';
import { OutboxEvent } from '../outbox/outbox-event.entity.js';
import { useTracer, type SpanOptions } from '../tracing/tracing.js';
import { DatabaseModule } from './database.module.js';
import { Sql } from './sql.js';

const ONE = { name: 'test.one', text: 'SELECT 1' };
const BROKEN = { name: 'test.broken', text: 'SELECT nothing FROM nowhere' };

describe('StatementTimes', () => {
  let database: TestDatabase;
  let module: TestingModule;
  let sql: Sql;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });

  beforeEach(async () => {
    module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(testSettings(database.url)), DatabaseModule.forRoot([OutboxEvent])],
    }).compile();
    await module.init();
    sql = module.get(Sql);
  });

  afterEach(async () => {
    useTracer(undefined);
    await module.close();
  });
  afterAll(() => database.drop());

  const metrics = (): Promise<string> => module.get(Metrics).registry.metrics();
  const host = () => module.get<TransactionHost<TransactionalAdapterTypeOrm>>(TransactionHost);

  it('times statements by their names, and those of TypeORM and of transactions by theirs', async () => {
    await host().withTransaction(async () => {
      await sql.row(ONE);
      await host().tx.getRepository(OutboxEvent).count();
    });
    await expect(host().withTransaction(() => sql.row(BROKEN))).rejects.toThrow('nowhere');

    const text = await metrics();
    for (const [query, count] of Object.entries({
      'test.one': 1,
      'test.broken': 1,
      typeorm: 1,
      'transaction.begin': 2,
      'transaction.commit': 1,
      'transaction.rollback': 1,
    }))
      expect(text).toContain(`database_query_duration_seconds_count{query="${query}"} ${count}\n`);
    expect(text).toContain('database_query_errors_total{query="test.broken"} 1\n');
    expect(text).not.toContain('database_query_errors_total{query="test.one"}');
  });

  it('tells the connections of the pool', async () => {
    await sql.row(ONE);
    expect(await metrics()).toMatch(/^database_connections\{state="idle"\} [1-9]/m);
    await host().withTransaction(async () => {
      await sql.row(ONE);
      expect(await metrics()).toMatch(/^database_connections\{state="busy"\} 1$/m);
    });
    expect(await metrics()).toMatch(/^database_connections_awaited 0$/m);
  });

  it('makes a step of the trace of each, and no trace of what runs for nobody', async () => {
    const begun: [string, SpanOptions][] = [];
    const ended: unknown[] = [];
    useTracer({
      begin: (name, options) => {
        begun.push([name, options]);
        return { traceparent: 'of the step', end: (outcome) => void ended.push(outcome?.error) };
      },
      stop: async () => undefined,
    });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await sql.row(ONE);
    await runInContext({ traceparent }, async () => {
      await sql.row(ONE);
      await sql.row(BROKEN).catch(() => undefined);
    });
    expect(begun).toMatchObject([
      ['test.one', { kind: 'client', parent: traceparent, attributes: { 'db.query.summary': 'test.one' } }],
      ['test.broken', { kind: 'client', parent: traceparent }],
    ]);
    expect(ended).toEqual([undefined, expect.objectContaining({ code: '42P01' })]);
  });
});
